#include "model/architecture.h"

#include <stddef.h>

#define RMS "attention.layer_norm_rms_epsilon"
#define LAYER "attention.layer_norm_epsilon"

/*
 * What llama.cpp's loader reads as required per architecture (2025), besides context_length,
 * embedding_length and block_count, which it wants of all. Architectures that are not here are
 * checked for nothing.
 */
static const struct architecture architectures[] = {
    {"arcee", RMS, true, {NULL}},
    {"arctic", RMS, true, {NULL}},
    {"baichuan", RMS, true, {NULL}},
    {"bert", LAYER, true, {"attention.causal"}},
    {"bitnet", RMS, true, {NULL}},
    {"bloom", LAYER, true, {NULL}},
    {"chatglm", RMS, true, {NULL}},
    {"codeshell", LAYER, true, {NULL}},
    {"cohere2", LAYER, true, {"attention.sliding_window", "logit_scale"}},
    {"command-r", LAYER, true, {"logit_scale"}},
    {"dbrx", LAYER, true, {"attention.clamp_kqv"}},
    {"deci", RMS, true, {NULL}},
    {"deepseek",
     RMS,
     true,
     {"leading_dense_block_count", "expert_feed_forward_length", "expert_shared_count",
      "expert_weights_scale"}},
    {"deepseek2",
     RMS,
     true,
     {"leading_dense_block_count", "attention.kv_lora_rank", "expert_feed_forward_length",
      "expert_shared_count"}},
    {"exaone", RMS, true, {NULL}},
    {"falcon", LAYER, true, {NULL}},
    {"gemma", RMS, true, {NULL}},
    {"gemma2", RMS, true, {NULL}},
    {"gemma3", RMS, true, {NULL}},
    {"glm4", RMS, true, {NULL}},
    {"gpt-oss", RMS, true, {"expert_feed_forward_length", "attention.sliding_window"}},
    {"gpt2", LAYER, true, {NULL}},
    {"gptneox", LAYER, true, {"use_parallel_residual"}},
    {"grok", RMS, true, {NULL}},
    {"internlm2", RMS, true, {NULL}},
    {"jais", LAYER, true, {NULL}},
    {"jamba",
     RMS,
     true,
     {"ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank"}},
    {"jina-bert-v2", LAYER, true, {"attention.causal"}},
    {"jina-bert-v3", LAYER, true, {"attention.causal"}},
    {"lfm2", RMS, true, {"shortconv.l_cache"}},
    {"llama", RMS, true, {NULL}},
    {"llama4", RMS, true, {"expert_feed_forward_length", "interleave_moe_layer_step"}},
    {"mamba",
     RMS,
     false,
     {"ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank"}},
    {"mamba2",
     RMS,
     false,
     {"ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank",
      "ssm.group_count"}},
    {"minicpm", RMS, true, {NULL}},
    {"minicpm3", RMS, true, {"attention.q_lora_rank", "attention.kv_lora_rank"}},
    {"mpt", LAYER, true, {NULL}},
    {"nemotron", LAYER, true, {NULL}},
    {"neo-bert", RMS, true, {"attention.causal", "pooling_type"}},
    {"nomic-bert", LAYER, true, {"attention.causal", "pooling_type"}},
    {"olmo", LAYER, true, {NULL}},
    {"olmo2", RMS, true, {NULL}},
    {"olmoe", RMS, true, {NULL}},
    {"openelm", RMS, true, {NULL}},
    {"orion", LAYER, true, {NULL}},
    {"phi2", LAYER, true, {NULL}},
    {"phi3", RMS, true, {NULL}},
    {"phimoe", RMS, true, {NULL}},
    {"plamo", RMS, true, {NULL}},
    {"plm", RMS, true, {"attention.kv_lora_rank"}},
    {"qwen", RMS, true, {NULL}},
    {"qwen2", RMS, true, {NULL}},
    {"qwen2moe", RMS, true, {NULL}},
    {"qwen2vl", RMS, true, {"rope.dimension_sections"}},
    {"qwen3", RMS, true, {NULL}},
    {"qwen3moe", RMS, true, {NULL}},
    {"refact", RMS, true, {NULL}},
    {"rwkv6", LAYER, false, {"wkv.head_size", "time_mix_extra_dim", "time_decay_extra_dim"}},
    {"rwkv7", LAYER, false, {"wkv.head_size"}},
    {"seed_oss", RMS, true, {NULL}},
    {"smollm3", RMS, true, {NULL}},
    {"stablelm", LAYER, true, {NULL}},
    {"starcoder", LAYER, true, {NULL}},
    {"starcoder2", LAYER, true, {NULL}},
    {"t5", RMS, true, {"attention.relative_buckets_count"}},
    {"xverse", RMS, true, {NULL}},
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
