#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/input_file.hpp"
#include "checks/kinds.hpp"

namespace baseline {
namespace {

constexpr std::uintmax_t kMaxSchemaFile = std::uintmax_t{16} << 20;
// A schema, and perhaps what its application cannot be without; not its data.
constexpr std::uint64_t kMostMade = std::uint64_t{64} << 20;

// One line of the report: "- table t   missing".
std::string difference_line(const SchemaDifference& difference, const std::string& reference) {
  const std::string what = difference.text.empty()
                               ? difference.object
                               : fmt::format("{}: {}", difference.object, difference.text);
  if (!difference.present_in_actual) return fmt::format("- {}   missing", what);
  const std::string_view advice =
      difference.text.empty() ? "; if a tool owns it, add to 'ignore'" : "";
  return fmt::format("+ {}   not in {}{}", what, reference, advice);
}

class SchemaCheck final : public Check {
 public:
  /// `expected` is what a file declares; without it, the baseline of the run counts.
  SchemaCheck(CheckHead head, std::string reference, std::optional<Schema> expected,
              std::vector<std::string> ignore)
      : Check(std::move(head)),
        reference_(std::move(reference)),
        expected_(std::move(expected)),
        ignore_(std::move(ignore)) {}

  Verdict run(const CheckContext& context, const Case&) const override {
    const Schema expected = expected_ ? *expected_ : context.reference.schema();
    const auto found = differences(expected, context.subject.schema(), ignore_);
    Verdict verdict;
    if (found.empty()) return verdict;
    verdict.status = Status::fail;
    verdict.expected = "the schema of " + reference_;
    verdict.got =
        fmt::format("schema differs from {} in {}", reference_, counted(places(found), "place"));
    std::vector<std::string> lines;
    lines.reserve(found.size());
    for (const SchemaDifference& difference : found) {
      lines.push_back(difference_line(difference, reference_));
    }
    verdict.why = join(lines, "\n");
    return verdict;
  }

  std::vector<std::string> ignored_objects() const override { return ignore_; }

 private:
  std::string reference_;
  std::optional<Schema> expected_;
  std::vector<std::string> ignore_;
};

// The schema that an SQL file makes; the path counts from the suite file.
std::optional<Schema> schema_of_file(const CheckDraft& draft, const std::string& written) {
  const auto expanded = draft.scope.expanded(draft.value, written);
  if (!expanded) return std::nullopt;
  const std::filesystem::path path =
      std::filesystem::path(draft.scope.file()).parent_path() / *expanded;
  try {
    const Migration migration{{},
                              path.string(),
                              read_input_file(path, kMaxSchemaFile),
                              Migration::Bounds{draft.head.timeout, kMostMade}};
    Schema declared = draft.scope.apply()(migration)->schema();
    declared.marks.clear();  // another's file declares what the schema is, and no more
    return declared;
  } catch (const Error& error) {
    if (is_shortage(error.system_error())) throw;
    draft.reader().error(draft.value.place, error.what());
    return std::nullopt;
  }
}

// What is ignored is not compared, so no glob may fit what the reference has; else false, and a
// problem for each that does.
bool ignores_what_is_beyond(const CheckDraft& draft, const std::vector<std::string>& globs,
                            const Schema& expected, const std::string& reference) {
  bool good = true;
  for (const std::string& glob : globs) {
    const bool all = glob.find_first_not_of("*?") == std::string::npos;
    const SchemaObject* const object = first_ignored(expected, glob);
    if (!all && object == nullptr) continue;
    draft.reader().error(
        draft.node.find("ignore")->place,
        all ? fmt::format("'{}' would ignore the whole schema", glob)
            : fmt::format("'{}' would ignore {} {}, which {} has; name only what is beyond it",
                          glob, object->kind, object->name, reference));
    good = false;
  }
  return good;
}

}  // namespace

std::unique_ptr<Check> make_schema(CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  std::vector<std::string> ignore;
  if (const yaml::Node* node = draft.node.find("ignore")) {
    auto globs = reader.texts(*node, "ignore");
    if (!globs) return nullptr;
    ignore = *std::move(globs);
  }
  const auto written = reader.text(draft.value, "schema");
  if (!written) return nullptr;
  if (*written == "baseline") {
    if (!ignores_what_is_beyond(draft, ignore, draft.scope.schema(), "the baseline"))
      return nullptr;
    return std::make_unique<SchemaCheck>(draft.head, *written, std::nullopt, std::move(ignore));
  }
  if (!written->ends_with(".sql")) {
    const std::string word[] = {"baseline"};
    reader.error(draft.value.place,
                 fmt::format("'schema' must be baseline or the path of a .sql file; got '{}'{}",
                             shortened(*written, 60), yaml::suggestion(*written, word)));
    return nullptr;
  }
  auto expected = schema_of_file(draft, *written);
  if (!expected) return nullptr;
  if (expected->objects.empty()) {
    reader.error(draft.value.place, fmt::format("{} makes nothing to compare with", *written));
    return nullptr;
  }
  if (!ignores_what_is_beyond(draft, ignore, *expected, *written)) return nullptr;
  return std::make_unique<SchemaCheck>(draft.head, *written, std::move(expected),
                                       std::move(ignore));
}

}  // namespace baseline
