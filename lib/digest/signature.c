#include <libgguf/signature.h>

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/error.h"

/* Never ask anyone: an encrypted key fails instead of waiting at a terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static enum libgguf_status refuse_key(struct libgguf_error *err, const char *why)
{
    return failure(err, LIBGGUF_ERR_KEY, LIBGGUF_NO_OFFSET, "%s", why);
}

/* Ed25519 signs the message itself, so no digest is named for it. */
static enum libgguf_status digest_for(const EVP_PKEY *key, const char **digest,
                                      struct libgguf_error *err)
{
    if (EVP_PKEY_is_a(key, "ED25519")) {
        *digest = NULL;
        return LIBGGUF_OK;
    }
    char group[32] = "";
    if (EVP_PKEY_is_a(key, "EC") &&
        EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       NULL) == 1 &&
        (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0)) {
        *digest = "SHA256";
        return LIBGGUF_OK;
    }
    return refuse_key(err, "the key is neither Ed25519 nor ECDSA P-256");
}

static EVP_PKEY *read_any_public(BIO *bio)
{
    EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    if (!key && BIO_reset(bio) == 1) {
        X509 *const certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        key = certificate ? X509_get_pubkey(certificate) : NULL;
        X509_free(certificate);
    }
    if (!key && BIO_reset(bio) == 1) {
        key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    }
    return key;
}

static enum libgguf_status read_key(const char *pem, size_t pem_size, bool private_key,
                                    EVP_PKEY **out, const char **digest, struct libgguf_error *err)
{
    *out = NULL;
    BIO *const bio = pem_size <= INT_MAX ? BIO_new_mem_buf(pem, (int)pem_size) : NULL;
    if (!bio) {
        return failure_memory(err);
    }
    ERR_set_mark();
    *out = private_key ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL)
                       : read_any_public(bio);
    BIO_free(bio);
    ERR_pop_to_mark();
    if (!*out) {
        return refuse_key(err, private_key ? "no private key in PEM, or an encrypted one"
                                           : "no public key in PEM");
    }
    const enum libgguf_status status = digest_for(*out, digest, err);
    if (status) {
        EVP_PKEY_free(*out);
        *out = NULL;
    }
    return status;
}

static enum libgguf_status crypto_failed(struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                   "libcrypto failed to compute a signature");
}

enum libgguf_status libgguf_signature_make(const void *data, size_t size, const char *pem,
                                           size_t pem_size, struct libgguf_signature *out,
                                           struct libgguf_error *err)
{
    EVP_PKEY *key;
    const char *digest;
    *out = (struct libgguf_signature){0};
    const enum libgguf_status status = read_key(pem, pem_size, true, &key, &digest, err);
    if (status) {
        return status;
    }
    ERR_set_mark();
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    out->size = sizeof out->bytes;
    const bool made = context &&
                      EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
                      EVP_DigestSign(context, out->bytes, &out->size, data, size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    ERR_pop_to_mark();
    if (!made) {
        *out = (struct libgguf_signature){0};
        return crypto_failed(err);
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_signature_check(const void *data, size_t size, const void *signature,
                                            size_t signature_size, const char *pem, size_t pem_size,
                                            struct libgguf_error *err)
{
    EVP_PKEY *key;
    const char *digest;
    const enum libgguf_status status = read_key(pem, pem_size, false, &key, &digest, err);
    if (status) {
        return status;
    }
    ERR_set_mark();
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    const bool ready =
        context && EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1;
    const bool good =
        ready && EVP_DigestVerify(context, signature, signature_size, data, size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    ERR_pop_to_mark();
    if (!ready) {
        return crypto_failed(err);
    }
    return good ? LIBGGUF_OK
                : (enum libgguf_status)failure(err, LIBGGUF_ERR_SIGNATURE, LIBGGUF_NO_OFFSET,
                                               "not a signature of these bytes by this key");
}
