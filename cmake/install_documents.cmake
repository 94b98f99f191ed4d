# Run by `cmake --install`, with PROGRAM, SOURCE, BUILD, and the directories of the completions set:
# installs what the program itself tells, its manual pages and its completions.
file(REMOVE_RECURSE ${BUILD}/documents)
file(MAKE_DIRECTORY ${BUILD}/documents)

function(install_completion shell directory name)
  set(file ${BUILD}/documents/${name})
  execute_process(COMMAND ${PROGRAM} completion ${shell} OUTPUT_FILE ${file}
                  COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL ${file} DESTINATION ${CMAKE_INSTALL_PREFIX}/${directory})
endfunction()
install_completion(bash ${BASH_COMPLETIONS} baseline)
install_completion(zsh ${ZSH_COMPLETIONS} _baseline)
install_completion(fish ${FISH_COMPLETIONS} baseline.fish)

find_program(python NAMES python3)
find_program(lowdown NAMES lowdown)
if(NOT python OR NOT lowdown)
  message(WARNING "No manual pages are installed: they are made with python3 and lowdown.")
  return()
endif()
execute_process(COMMAND ${python} ${SOURCE}/scripts/manual ${PROGRAM} ${BUILD}/documents/man
                COMMAND_ERROR_IS_FATAL ANY)
foreach(section 1 5)
  file(GLOB pages ${BUILD}/documents/man/*.${section})
  file(INSTALL ${pages} DESTINATION ${CMAKE_INSTALL_PREFIX}/${MANUAL}/man${section})
endforeach()
