/* What an x86 processor and its operating system have: registers of CPUID, and XCR0, whose bits say which registers of
 * vectors the system keeps for a program. */
#include <cpuid.h>

typedef struct {
    unsigned leaf1_c, leaf1_d, leaf7_b, leaf7_c, extended_c, state;
} x86_cpu;

enum { x86_none = 0, x86_avx = 0x06, x86_avx512 = 0xe6 }; /* of x86_cpu.state */

static inline x86_cpu x86_cpu_here(void) {
    x86_cpu cpu = {0, 0, 0, 0, 0, 0};
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        cpu.leaf1_c = c;
        cpu.leaf1_d = d;
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        cpu.leaf7_b = b;
        cpu.leaf7_c = c;
    }
    if (__get_cpuid(0x80000001u, &a, &b, &c, &d)) cpu.extended_c = c;
    if (cpu.leaf1_c & bit_OSXSAVE) __asm__ volatile("xgetbv" : "=a"(cpu.state), "=d"(d) : "c"(0));
    return cpu;
}

static inline int x86_cpu_has(x86_cpu cpu, x86_cpu needs) {
    return !((needs.leaf1_c & ~cpu.leaf1_c) | (needs.leaf1_d & ~cpu.leaf1_d) | (needs.leaf7_b & ~cpu.leaf7_b) |
             (needs.leaf7_c & ~cpu.leaf7_c) |
             (needs.extended_c & ~cpu.extended_c) | (needs.state & ~cpu.state));
}
