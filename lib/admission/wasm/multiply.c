/**
 * @file The product of two 128-bit numbers, which the compiler asks for where it sees a 64-bit
 * multiplication that is checked for overflow, and which no library provides here.
 */
#include <stdint.h>

__int128 __multi3(__int128 a, __int128 b);

__int128 __multi3(__int128 a, __int128 b)
{
    const uint64_t a_low = (uint64_t)a;
    const uint64_t b_low = (uint64_t)b;
    const uint64_t cross = (uint64_t)((unsigned __int128)a >> 64) * b_low +
                           a_low * (uint64_t)((unsigned __int128)b >> 64);
    const uint64_t a0 = a_low & UINT32_MAX;
    const uint64_t a1 = a_low >> 32;
    const uint64_t b0 = b_low & UINT32_MAX;
    const uint64_t b1 = b_low >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t other = a0 * b1 + (middle & UINT32_MAX);
    const uint64_t high = a1 * b1 + (middle >> 32) + (other >> 32) + cross;
    const uint64_t low = a_low * b_low;
    return (__int128)((unsigned __int128)high << 64 | low);
}
