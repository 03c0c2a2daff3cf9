/* Remainder with the sign of the divisor, also where it is 0. */
static inline double sign_mod_f64(double a, double b) {
    const double r = fmod(a, b);
    if (r == 0) return copysign(r, b);
    return (r < 0) != (b < 0) ? r + b : r;
}
