#include "checks/keys.hpp"

namespace baseline {
namespace {

constexpr Key kSuiteFileKeys[] = {
    {"version", KeyType::version, "the version of the language", true},
    {"foreign_keys", KeyType::choice,
     "whether the application's connections enforce foreign keys; accepts and rejects need it",
     false, kOnOff},
    {"vars", KeyType::values, "values bound as :name in all SQL of the file"},
    {"fixtures", KeyType::named_sql, "rows that checks ask for with given"},
    {"checks", KeyType::checks, "the checks, in the order in which they run", true},
};

constexpr Key kCommonKeys[] = {
    {"name", KeyType::text, "one line, unique in the file; reports and --only use it", true},
    {"when", KeyType::choice, "before the swap, after it, or both", false, kWhenWords},
    {"severity", KeyType::choice, "with warn, a check that fails is a warning and fails no run",
     false, kSeverityWords},
    {"tags", KeyType::texts, "words that --tag and --skip-tag select by"},
    {"skip", KeyType::text, "why the check does not run"},
    {"hint", KeyType::text, "what to tell who sees it fail"},
    {"timeout", KeyType::duration, "how long one attempt may take, 10s unless said"},
};

}  // namespace

std::span<const Key> file_keys() { return kSuiteFileKeys; }

std::span<const Key> common_keys() { return kCommonKeys; }

}  // namespace baseline
