/* Remainder with the sign of the divisor. */
static inline double sign_mod_f64(double a, double b) {
    const double r = fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
