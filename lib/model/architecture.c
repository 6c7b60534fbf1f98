#include "model/architecture.h"

#include <stddef.h>

#define FEED_FORWARD "feed_forward_length"
#define HEADS "attention.head_count"
#define RMS "attention.layer_norm_rms_epsilon"
#define LAYER "attention.layer_norm_epsilon"

/*
 * What a model needs for llama.cpp's loader, besides context_length, embedding_length and
 * block_count, which that reads as required of all: the keys that each architecture's
 * hyperparameters are read with as required (load_hparams in src/llama-model.cpp, since 2026 in
 * src/models/), in all versions from August 2025 to August 2026; and HEADS and FEED_FORWARD where
 * the shapes of required tensors follow from them, though a version may read them as optional and
 * fail at the tensors. Where a value decides what is required, nothing is. Architectures that are
 * not here are checked for nothing.
 */
static const struct architecture architectures[] = {
    {"arcee", {FEED_FORWARD, HEADS, RMS}},
    {"arctic", {FEED_FORWARD, HEADS, RMS}},
    {"baichuan", {FEED_FORWARD, HEADS, RMS}},
    {"bert", {FEED_FORWARD, HEADS, LAYER}},
    {"bitnet", {FEED_FORWARD, HEADS, RMS}},
    {"bloom", {FEED_FORWARD, HEADS, LAYER}},
    {"chatglm", {FEED_FORWARD, HEADS, RMS}},
    {"codeshell", {FEED_FORWARD, HEADS, LAYER}},
    {"cohere2", {FEED_FORWARD, HEADS, LAYER, "attention.sliding_window", "logit_scale"}},
    {"command-r", {FEED_FORWARD, HEADS, LAYER}},
    {"dbrx", {FEED_FORWARD, HEADS, LAYER, "attention.clamp_kqv"}},
    {"deci", {HEADS, RMS}},
    {"deepseek", {HEADS, RMS, "expert_feed_forward_length", "expert_shared_count"}},
    {"deepseek2",
     {HEADS, RMS, "attention.kv_lora_rank", "expert_feed_forward_length", "expert_shared_count"}},
    {"exaone", {FEED_FORWARD, HEADS, RMS}},
    {"falcon", {FEED_FORWARD, HEADS, LAYER}},
    {"gemma", {FEED_FORWARD, HEADS, RMS}},
    {"gemma2", {FEED_FORWARD, HEADS, RMS}},
    {"gemma3", {FEED_FORWARD, HEADS, RMS}},
    {"glm4", {FEED_FORWARD, HEADS, RMS}},
    {"gpt-oss", {HEADS, RMS, "expert_feed_forward_length", "attention.sliding_window"}},
    {"gpt2", {FEED_FORWARD, HEADS, LAYER}},
    {"gptneox", {FEED_FORWARD, HEADS, LAYER, "use_parallel_residual"}},
    {"grok", {HEADS, RMS}},
    {"internlm2", {FEED_FORWARD, HEADS, RMS}},
    {"jais", {FEED_FORWARD, HEADS, LAYER}},
    {"jamba",
     {FEED_FORWARD, HEADS, RMS, "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size",
      "ssm.time_step_rank"}},
    {"jina-bert-v2", {FEED_FORWARD, HEADS, LAYER}},
    {"jina-bert-v3", {FEED_FORWARD, HEADS, LAYER}},
    {"lfm2", {FEED_FORWARD, HEADS, RMS, "shortconv.l_cache"}},
    {"llama", {FEED_FORWARD, HEADS, RMS}},
    {"llama4", {HEADS, RMS, "expert_feed_forward_length", "interleave_moe_layer_step"}},
    {"mamba", {RMS, "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank"}},
    {"mamba2",
     {RMS, "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank",
      "ssm.group_count"}},
    {"minicpm", {FEED_FORWARD, HEADS, RMS}},
    {"minicpm3", {FEED_FORWARD, HEADS, RMS, "attention.q_lora_rank", "attention.kv_lora_rank"}},
    {"mpt", {FEED_FORWARD, HEADS, LAYER}},
    {"nemotron", {FEED_FORWARD, HEADS, LAYER}},
    {"neo-bert", {FEED_FORWARD, HEADS, RMS}},
    {"nomic-bert", {FEED_FORWARD, HEADS, LAYER}},
    {"olmo", {FEED_FORWARD, HEADS, LAYER}},
    {"olmo2", {FEED_FORWARD, HEADS, RMS}},
    {"olmoe", {FEED_FORWARD, HEADS, RMS}},
    {"openelm", {FEED_FORWARD, HEADS, RMS}},
    {"orion", {FEED_FORWARD, HEADS, LAYER}},
    {"phi2", {FEED_FORWARD, HEADS, LAYER}},
    {"phi3", {FEED_FORWARD, HEADS, RMS}},
    {"phimoe", {FEED_FORWARD, HEADS, RMS}},
    {"plamo", {FEED_FORWARD, HEADS, RMS}},
    {"plm", {FEED_FORWARD, HEADS, RMS, "attention.kv_lora_rank"}},
    {"qwen", {FEED_FORWARD, HEADS, RMS}},
    {"qwen2", {FEED_FORWARD, HEADS, RMS}},
    {"qwen2moe", {HEADS, RMS}},
    {"qwen2vl", {FEED_FORWARD, HEADS, RMS, "rope.dimension_sections"}},
    {"qwen3", {FEED_FORWARD, HEADS, RMS}},
    {"qwen3moe", {HEADS, RMS}},
    {"refact", {FEED_FORWARD, HEADS, RMS}},
    {"rwkv6", {"wkv.head_size", "time_mix_extra_dim", "time_decay_extra_dim"}},
    {"rwkv7",
     {"wkv.head_size", "attention.decay_lora_rank", "attention.iclr_lora_rank",
      "attention.value_residual_mix_lora_rank"}},
    {"seed_oss", {FEED_FORWARD, HEADS, RMS}},
    {"smollm3", {FEED_FORWARD, HEADS, RMS}},
    {"stablelm", {FEED_FORWARD, HEADS, LAYER}},
    {"starcoder", {FEED_FORWARD, HEADS, LAYER}},
    {"starcoder2", {FEED_FORWARD, HEADS, LAYER}},
    {"t5", {FEED_FORWARD, HEADS, RMS, "attention.relative_buckets_count"}},
    {"xverse", {FEED_FORWARD, HEADS, RMS}},
};

const struct architecture *architecture_find(const struct libgguf_str *name)
{
    for (size_t i = 0; i < sizeof architectures / sizeof architectures[0]; i++) {
        if (libgguf_str_equal(name, architectures[i].name)) {
            return &architectures[i];
        }
    }
    return NULL;
}
