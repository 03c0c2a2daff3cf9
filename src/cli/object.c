#include "cli/object.h"
#include <elf.h>
#include <string.h>

/* Sections and symbols of both widths as those of 64 bits. */
typedef struct {
    Arena *arena;
    const uint8_t *at;
    size_t n;
    bool wide;
    Elf64_Shdr *section;
    uint32_t sections;
    Elf64_Sym *symbol;
    uint32_t symbols;
    const char *names;
    size_t names_bytes;
} Reader;

static bool inside(const Reader *r, uint64_t offset, uint64_t bytes) {
    return offset <= r->n && bytes <= r->n - offset;
}

static bool read_sections(Reader *r) {
    Elf64_Ehdr h = {0};
    Elf32_Ehdr narrow;
    if (r->n < EI_NIDENT || memcmp(r->at, ELFMAG, SELFMAG) || r->at[EI_DATA] != ELFDATA2LSB) return false;
    r->wide = r->at[EI_CLASS] == ELFCLASS64;
    if (r->n < (r->wide ? sizeof h : sizeof narrow)) return false;
    if (r->wide) {
        memcpy(&h, r->at, sizeof h);
    } else {
        memcpy(&narrow, r->at, sizeof narrow);
        h.e_shoff = narrow.e_shoff, h.e_shnum = narrow.e_shnum;
    }
    const size_t size = r->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
    if (!inside(r, h.e_shoff, size * h.e_shnum)) return false;
    r->sections = h.e_shnum;
    r->section = arena_array_of(r->arena, r->sections + 1, Elf64_Shdr);
    for (uint32_t i = 0; i < r->sections; i++) {
        const uint8_t *from = r->at + h.e_shoff + i * size;
        Elf64_Shdr *s = &r->section[i];
        Elf32_Shdr n;
        memcpy(r->wide ? (void *)s : &n, from, size);
        if (!r->wide)
            *s = (Elf64_Shdr){.sh_type = n.sh_type, .sh_flags = n.sh_flags, .sh_offset = n.sh_offset, .sh_size = n.sh_size,
                              .sh_link = n.sh_link, .sh_info = n.sh_info, .sh_addr = n.sh_addr};
        if (s->sh_type != SHT_NOBITS && !inside(r, s->sh_offset, s->sh_size)) return false;
    }
    return true;
}

static bool read_symbols(Reader *r) {
    const size_t size = r->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    for (uint32_t i = 0; i < r->sections; i++) {
        const Elf64_Shdr *s = &r->section[i];
        if (s->sh_type != SHT_SYMTAB) continue;
        if (s->sh_link >= r->sections || r->section[s->sh_link].sh_type != SHT_STRTAB) return false;
        r->names = (const char *)r->at + r->section[s->sh_link].sh_offset;
        r->names_bytes = r->section[s->sh_link].sh_size;
        r->symbols = (uint32_t)(s->sh_size / size);
        r->symbol = arena_array_of(r->arena, r->symbols + 1, Elf64_Sym);
        for (uint32_t k = 0; k < r->symbols; k++) {
            const uint8_t *from = r->at + s->sh_offset + k * size;
            Elf64_Sym *y = &r->symbol[k];
            Elf32_Sym n;
            memcpy(r->wide ? (void *)y : &n, from, size);
            if (!r->wide)
                *y = (Elf64_Sym){.st_name = n.st_name, .st_info = n.st_info, .st_shndx = n.st_shndx, .st_value = n.st_value, .st_size = n.st_size};
            if (y->st_name >= r->names_bytes || !memchr(r->names + y->st_name, 0, r->names_bytes - y->st_name)) return false;
        }
    }
    return true;
}

static bool is_constant(const Elf64_Shdr *s) {
    return s->sh_flags & SHF_ALLOC && s->sh_type == SHT_PROGBITS && !(s->sh_flags & (SHF_WRITE | SHF_EXECINSTR));
}

static void add_sections(const Reader *r, Object *out) {
    for (uint32_t i = 0; i < r->sections; i++) {
        const Elf64_Shdr *s = &r->section[i];
        int64_t bytes = (int64_t)s->sh_size;
        if (!(s->sh_flags & SHF_ALLOC)) continue;
        if (s->sh_flags & SHF_WRITE)
            *(s->sh_type == SHT_NOBITS ? &out->zero : &out->data) += bytes;
        else if (s->sh_type != SHT_NOBITS)
            *(s->sh_flags & SHF_EXECINSTR ? &out->code : &out->constants) += bytes;
    }
}

/* The constants that relocations in [from, from + bytes) of a section name, each once. */
static int64_t constants_of(const Reader *r, uint32_t section, uint64_t from, uint64_t bytes, bool *taken) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < r->sections; i++) {
        const Elf64_Shdr *s = &r->section[i];
        bool sums = s->sh_type == SHT_RELA;
        if ((!sums && s->sh_type != SHT_REL) || s->sh_info != section) continue;
        const size_t size = (r->wide ? sizeof(Elf64_Rel) : sizeof(Elf32_Rel)) + (sums ? (r->wide ? 8 : 4) : 0);
        for (uint64_t at = 0; at + size <= s->sh_size; at += size) {
            Elf64_Rel e = {0};
            Elf32_Rel n;
            memcpy(r->wide ? (void *)&e : &n, r->at + s->sh_offset + at, r->wide ? sizeof e : sizeof n);
            uint64_t offset = r->wide ? e.r_offset : n.r_offset, symbol = r->wide ? e.r_info >> 32 : n.r_info >> 8;
            if (offset < from || offset >= from + bytes || symbol >= r->symbols || taken[symbol]) continue;
            const Elf64_Sym *y = &r->symbol[symbol];
            if (y->st_shndx >= r->sections || !is_constant(&r->section[y->st_shndx])) continue;
            taken[symbol] = true;
            sum += (int64_t)(ELF64_ST_TYPE(y->st_info) == STT_SECTION ? r->section[y->st_shndx].sh_size : y->st_size);
        }
    }
    return sum;
}

bool object_read(Arena *a, const uint8_t *p, size_t n, Object *out) {
    Reader r = {.arena = a, .at = p, .n = n};
    *out = (Object){0};
    if (!read_sections(&r) || !read_symbols(&r)) return false;
    add_sections(&r, out);
    bool *taken = arena_array_of(a, r.symbols + 1, bool);
    for (uint32_t i = 0; i < r.symbols; i++) {
        const Elf64_Sym *y = &r.symbol[i];
        if (ELF64_ST_TYPE(y->st_info) != STT_FUNC || y->st_shndx == SHN_UNDEF) continue;
        ObjectFunction f = {.name = arena_strdup(a, r.names + y->st_name), .bytes = (int64_t)y->st_size, .section = y->st_shndx};
        f.address = r.wide ? y->st_value : y->st_value & ~(uint64_t)1; /* Thumb's functions have odd ones */
        f.constants = constants_of(&r, y->st_shndx, f.address, y->st_size, taken);
        vec_push(a, &out->function, f);
    }
    return true;
}
