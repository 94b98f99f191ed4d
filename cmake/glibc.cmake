# check_glibc(RESULT MAJOR MINOR FLAG [FAIL_REGEX …])
# Whether the C library is glibc, not older than that, and a program can be linked with the flag.
function(check_glibc result major minor flag)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fPIE)
  set(CMAKE_REQUIRED_LINK_OPTIONS ${flag})
  check_cxx_source_compiles("
    #include <cstdio>
    #if !defined(__GLIBC__) || !__GLIBC_PREREQ(${major}, ${minor})
    #error this C library was not tried
    #endif
    int main() { return std::puts(\"\") < 0; }" ${result} ${ARGN})
endfunction()

# pack_relocations(OPTIONS)
# Relocations in a twentieth of the room, where linker and C library know them (DT_RELR): glibc from
# 2.36. An older one would refuse the program, or crash at its start; an older linker only warns.
function(pack_relocations options)
  set(flag -Wl,-z,pack-relative-relocs)
  check_glibc(BASELINE_CAN_PACK_RELOCATIONS 2 36 ${flag} FAIL_REGEX "pack-relative-relocs")
  if(BASELINE_CAN_PACK_RELOCATIONS)
    target_link_options(${options} INTERFACE ${flag})
  endif()
endfunction()
