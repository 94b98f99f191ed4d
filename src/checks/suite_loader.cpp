#include "checks/suite_loader.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/embedded.hpp"
#include "checks/check_loader.hpp"
#include "checks/keys.hpp"
#include "checks/remarks.hpp"
#include "checks/suite_scope.hpp"
#include "yaml/packed.hpp"
#include "yaml/parser.hpp"

namespace baseline {
namespace {

// A file elsewhere may have the same name, and be parsed already as well.
bool is_built_in(const SuiteSource& source) {
  const std::string_view file = source.file;
  const std::string_view own = packed_suite(file.substr(file.rfind('/') + 1));
  return !own.empty() && own.data() == source.packed.data();
}

}  // namespace

std::vector<std::unique_ptr<Check>> load_suite(const SuiteSource& source, LoadContext& context,
                                               yaml::Problems& problems) {
  const std::optional<yaml::Node> root =
      source.packed.empty() ? yaml::parse(source.text, problems) : yaml::unpacked(source.packed);
  context.built_in = is_built_in(source);
  SuiteScope scope(source.file, context, problems);
  const yaml::Reader& reader = scope.reader();
  if (!root || !reader.map(*root, "a suite") || !reader.version(*root)) return {};

  reader.only_keys(*root, names_of(file_keys()), "a suite");
  scope.read_shared(*root);
  const yaml::Node* const checks = root->find("checks");
  if (checks == nullptr) {
    reader.error(root->place, "'checks' is missing: a suite without checks proves nothing");
    return {};
  }
  if (!checks->is_list() || checks->items.empty()) {
    const std::string_view got = checks->is_list() ? "an empty list" : checks->type_name();
    reader.error(checks->place,
                 fmt::format("'checks' must be a non-empty list of checks; got {}", got));
    return {};
  }
  std::vector<std::unique_ptr<Check>> out;
  CheckNames names;
  for (const yaml::Node& node : checks->items) {
    if (auto check = load_check(node, scope, names)) out.push_back(std::move(check));
  }
  if (scope.wants_remarks()) {
    remark_on_names(names, scope);
    scope.finish_remarks();
  }
  return out;
}

}  // namespace baseline
