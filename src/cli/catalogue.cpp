// The commands that show the catalogue: history, backups list.
#include "catalogue/catalogue.hpp"

#include "base/text.hpp"
#include "catalogue/history.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {

CommandResult run_history(const Invocation& invocation) {
  Workplace workplace(invocation);
  const std::filesystem::path& directory = workplace.catalogue().directory();
  const History history = read_history(directory);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(history, directory.native())
              : human_report::of(history),
          0};
}

CommandResult run_backups_list(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Catalogue& catalogue = workplace.catalogue();
  const auto entries = catalogue.entries();
  const auto unfinished = catalogue.unfinished();
  const std::string directory = catalogue.directory().native();
  return {invocation.settings.format.value == Format::json
              ? json_report::of(entries, unfinished, directory)
              : human_report::of(entries, unfinished, directory),
          0};
}

}  // namespace baseline
