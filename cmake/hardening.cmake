# harden(OPTIONS)
# What the compiler and the linker can do so that a mistake with memory ends the program, and nothing
# worse: docs/security.md. What compiler or processor do not know is left out.
function(harden options)
  include(CheckCXXCompilerFlag)
  # 3 looks at more than 2 does; glibc 2.34 and GCC 12 have it. It needs an optimised build.
  set(fortify 2)
  check_cxx_source_compiles("
    #include <cstdio>
    #if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 34) || !defined(__GNUC__) || __GNUC__ < 12
    #error
    #endif
    int main() { return 0; }" BASELINE_CAN_FORTIFY_MORE)
  if(BASELINE_CAN_FORTIFY_MORE)
    set(fortify 3)
  endif()
  target_compile_options(${options} INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify})
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "BASELINE_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      target_compile_options(${options} INTERFACE ${flag})
    endif()
  endforeach()
  target_link_options(${options} INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endfunction()
