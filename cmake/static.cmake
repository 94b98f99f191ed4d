include(${CMAKE_CURRENT_LIST_DIR}/glibc.cmake)

# link_statically(TARGET ARCHIVE)
# Makes an imported library stand for its static archive. Where there is none, the shared one stays.
function(link_statically target archive)
  find_library(BASELINE_${archive} NAMES lib${archive}.a)
  if(NOT BASELINE_${archive})
    message(STATUS "lib${archive}.a is missing: ${target} stays a shared library")
    set_property(GLOBAL APPEND PROPERTY BASELINE_MISSING_ARCHIVES ${archive})
    return()
  endif()
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    set(target ${aliased})
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES ${BASELINE_${archive}})
    return()
  endif()
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  foreach(configuration IN LISTS configurations)
    if(configuration)
      set_target_properties(${target} PROPERTIES
        IMPORTED_LOCATION_${configuration} ${BASELINE_${archive}}
        IMPORTED_SONAME_${configuration} "")
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${BASELINE_${archive}})
endfunction()

# link_c_library_statically(PROGRAM)
# Makes PROGRAM need nothing at all of the machine that it runs on, and nothing to be bound before
# it begins, where that is possible: with glibc from 2.34, before which threads misbehave in such a
# program, and when every library was found as an archive. It can be loaded anywhere in memory still
# (static PIE). Else it needs the C library. The target is defined, with its sources.
function(link_c_library_statically program)
  check_glibc(BASELINE_CAN_BE_STATIC_PIE 2 34 -static-pie)
  get_property(missing GLOBAL PROPERTY BASELINE_MISSING_ARCHIVES)
  if(missing OR NOT BASELINE_CAN_BE_STATIC_PIE)
    message(STATUS "${program} needs the C library")
    target_link_options(${program} PRIVATE -static-libstdc++ -static-libgcc)
    return()
  endif()
  set(no_loading ${PROJECT_SOURCE_DIR}/cmake/no_dynamic_loading.cpp)
  set_source_files_properties(${no_loading} PROPERTIES COMPILE_OPTIONS -fno-lto)
  target_sources(${program} PRIVATE ${no_loading})
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/os/process.cpp
    PROPERTIES COMPILE_DEFINITIONS BASELINE_STATIC_PROGRAM)
  target_compile_options(baseline_options INTERFACE -fPIE)
  target_link_options(${program} PRIVATE -static-pie -Wl,--wrap=dlopen)
endfunction()
