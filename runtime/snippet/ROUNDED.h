/* Compilers for processors that multiply and add in one instruction, with one rounding, may not see what v is the product
 * of: rounded for itself, it is the same number on all processors. Clang joins what stands in one expression, no calls;
 * microcontrollers have -ffp-contract=off among their flags. */
#if !defined(__GNUC__) || defined(__clang__) || !defined(__FP_FAST_FMAF)
#define ROUNDED(v) (void)0
#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#define ROUNDED(v) (void)0
#elif defined(__x86_64__) || defined(__i386__)
#define ROUNDED(v) __asm__("" : "+v"(v))
#elif defined(__aarch64__) || defined(__ARM_FP)
#define ROUNDED(v) __asm__("" : "+w"(v))
#elif defined(__riscv_flen)
#define ROUNDED(v) __asm__("" : "+f"(v))
#else
#define ROUNDED(v) (void)0
#endif
