# pack_relocations(OPTIONS)
# Relocations in a twentieth of the room, where linker and C library know them (DT_RELR): glibc from
# 2.36. An older one would refuse the program, or crash at its start; an older linker only warns.
function(pack_relocations options)
  include(CheckCXXSourceCompiles)
  set(flag -Wl,-z,pack-relative-relocs)
  set(CMAKE_REQUIRED_LINK_OPTIONS ${flag})
  check_cxx_source_compiles("
    #include <cstdio>
    #if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 36)
    #error it does not read them
    #endif
    int main() { return std::puts(\"\") < 0; }" BASELINE_CAN_PACK_RELOCATIONS
    FAIL_REGEX "pack-relative-relocs")
  if(BASELINE_CAN_PACK_RELOCATIONS)
    target_link_options(${options} INTERFACE ${flag})
  endif()
endfunction()
