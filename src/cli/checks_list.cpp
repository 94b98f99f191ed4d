#include "checks/listing.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "report/listing.hpp"

namespace baseline {

CommandResult run_checks_list(const Invocation& invocation) {
  const Inputs inputs(invocation);
  const Options& options = invocation.options;
  const Listing listing =
      list_checks(inputs.suites(), {options.only, options.tags, options.skip_tags});
  return {invocation.settings.format.value == Format::json
              ? json_report::of(listing)
              : human_report::of(listing, invocation.out),
          0};
}

}  // namespace baseline
