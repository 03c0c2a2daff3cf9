/* (asin(x) - x) / x for z = x^2 up to 1/4: a minimax polynomial (Remez). */
static inline double asin_rest(double z) {
    double p = z * 0x1.0bbc8cf70834ap-5 - 0x1.597a19e08480ep-6;
    p = p * z + 0x1.64ac48ee91897p-6;
    p = p * z + 0x1.e26db00e4e3d5p-9;
    p = p * z + 0x1.617912bb2661bp-7;
    p = p * z + 0x1.757a9b6468664p-7;
    p = p * z + 0x1.ca20e7cb58a04p-7;
    p = p * z + 0x1.1c49e1b9c22cdp-6;
    p = p * z + 0x1.6e8bdfb3bc668p-6;
    p = p * z + 0x1.f1c71a8d54d46p-6;
    p = p * z + 0x1.6db6db722712fp-5;
    p = p * z + 0x1.333333332df6bp-4;
    p = p * z + 0x1.5555555555578p-3;
    return p * z;
}
