/**
 * @file The codebooks of the IQ1, IQ2 and IQ3 types: which combinations of eight (IQ3: four)
 * elements can occur. They are part of those formats, and stored here as one word per row with
 * two (IQ3: three) bits for each element, the first one lowest:
 * IQ1: 0, 1, 2 stand for -1, 0, 1.         IQ2: 0, 1, 2 stand for 8, 25, 43.
 * IQ3_XXS: 0...7 stand for 4, 12, 20, 28, 36, 44, 52, 62.   IQ3_S: 0...7 stand for 1, 3, ... 15.
 */
#ifndef MODEL_GRIDS_H
#define MODEL_GRIDS_H

#include <stdint.h>

extern const uint16_t grids_iq1[2048];
extern const uint16_t grids_iq2_xxs[256];
extern const uint16_t grids_iq2_xs[512];
extern const uint16_t grids_iq2_s[1024];
extern const uint16_t grids_iq3_xxs[256];
extern const uint16_t grids_iq3_s[512];

#endif
