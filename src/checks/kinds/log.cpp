#include <fmt/format.h>
#include <re2/re2.h>

#include <chrono>
#include <deque>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"
#include "checks/log_parts.hpp"
#include "checks/matcher.hpp"
#include "os/clock.hpp"
#include "os/line_reader.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

constexpr std::size_t kShownLine = 200;
constexpr std::size_t kShownLogLines = 5;

/// A regular expression that also finds its match in a line that is not UTF-8: there it is read,
/// like the line, byte by byte.
class LinePattern {
 public:
  explicit LinePattern(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {
    re2::RE2::Options bytes(re2::RE2::Quiet);
    bytes.set_encoding(re2::RE2::Options::EncodingLatin1);
    auto latin = std::make_shared<const re2::RE2>(regex_->pattern(), bytes);
    if (latin->ok()) bytewise_ = std::move(latin);
  }

  bool found_in(std::string_view line) const {
    if (regex_found(*regex_, line)) return true;
    return bytewise_ && utf8_prefix(line) < line.size() && regex_found(*bytewise_, line);
  }

  /// As people write it: 'no such (table|column)'.
  std::string shown() const { return sql_literal(Value(regex_->pattern())); }

 private:
  std::shared_ptr<const re2::RE2> regex_;
  std::shared_ptr<const re2::RE2> bytewise_;
};

using Patterns = std::vector<LinePattern>;

std::string pattern_list(const Patterns& patterns) {
  std::vector<std::string> out;
  out.reserve(patterns.size());
  for (const LinePattern& pattern : patterns) out.push_back(pattern.shown());
  return join(out, ", ");
}

/// A line with something forbidden in it.
struct Hit {
  const LinePattern* pattern = nullptr;
  const LogPart* part = nullptr;
  std::uint64_t number = 0;  ///< counted from where the part began
  std::uint64_t offset = 0;
  std::string text;
};

/// One reading of a log.
class Reading {
 public:
  Reading(Patterns expect, const Patterns& forbid, SteadyClock::time_point end)
      : missing_(std::move(expect)), forbid_(forbid), end_(end) {}

  void read(const LogPart& part) {
    lines_ += read_lines(
        part.file, part.from, part.to, [&](const Line& line) { return judge(part, line); },
        [this] { return has_time(); });
  }

  // Whether the rest cannot change anything.
  bool decided() const { return hit_ || timed_out_ || (missing_.empty() && forbid_.empty()); }

  bool has_time() {
    stop_if_interrupted();
    timed_out_ = timed_out_ || SteadyClock::now() >= end_;
    return !timed_out_;
  }

  const Patterns& missing() const { return missing_; }
  const std::optional<Hit>& hit() const { return hit_; }
  bool timed_out() const { return timed_out_; }
  std::uint64_t lines() const { return lines_; }
  std::string last_lines() const {
    return join(std::vector<std::string>(last_.begin(), last_.end()), "\n");
  }

 private:
  bool judge(const LogPart& part, const Line& line) {
    for (const LinePattern& pattern : forbid_) {
      if (!pattern.found_in(line.text)) continue;
      hit_ = {&pattern, &part, line.number, line.offset, shortened(line.text, kShownLine)};
      return false;
    }
    std::erase_if(missing_,
                  [&](const LinePattern& pattern) { return pattern.found_in(line.text); });
    if (last_.size() == kShownLogLines) last_.pop_front();
    last_.push_back(shortened(line.text, kShownLine));
    return !decided();
  }

  Patterns missing_;
  const Patterns& forbid_;
  SteadyClock::time_point end_;
  std::optional<Hit> hit_;
  bool timed_out_ = false;
  std::uint64_t lines_ = 0;
  std::deque<std::string> last_;
};

class LogCheck final : public Check {
 public:
  LogCheck(CheckHead head, std::string path, std::string shown, Patterns expect, Patterns forbid)
      : Check(std::move(head)),
        path_(std::move(path)),
        shown_(std::move(shown)),
        expect_(std::move(expect)),
        forbid_(std::move(forbid)) {}

  Verdict run(const CheckContext& context, const Case&) const override {
    const OpenedLog log = open_log(path_, context.surroundings.log(path_));
    Verdict verdict = log.trouble == OpenedLog::Trouble::none ? judge(log) : in_trouble(log);
    verdict.note += verdict.note.empty() || log.note.empty() ? log.note : "; " + log.note;
    if (verdict.status != Status::pass) verdict.sql = shown_;
    return verdict;
  }

  std::vector<std::string> logs() const override { return {path_}; }
  bool needs_application() const override { return true; }

 private:
  Verdict in_trouble(const OpenedLog& log) const {
    Verdict verdict;
    const bool missing = log.trouble == OpenedLog::Trouble::missing;
    verdict.status = missing ? Status::fail : Status::error;
    verdict.expected = expectation(expect_);
    verdict.got = missing ? fmt::format("{} does not exist", shown_)
                          : fmt::format("cannot read {}: {}", shown_, log.why);
    return verdict;
  }

  Verdict judge(const OpenedLog& log) const {
    Reading reading(expect_, forbid_, SteadyClock::now() + head().timeout);
    for (const LogPart& part : log.parts) {
      if (!reading.decided()) reading.read(part);
    }
    Verdict verdict;
    if (reading.hit()) {
      verdict.status = Status::fail;
      verdict.final = true;
      verdict.expected = "no line that matches " + reading.hit()->pattern->shown();
      verdict.got = fmt::format("{} matches forbidden {}: {}", place_of(*reading.hit(), reading),
                                reading.hit()->pattern->shown(), trimmed(reading.hit()->text));
    } else if (reading.timed_out()) {
      verdict.status = Status::error;
      verdict.expected = expectation(reading.missing());
      verdict.got = fmt::format("took longer than {} to read and was stopped",
                                short_duration(head().timeout));
    } else if (!reading.missing().empty()) {
      verdict.status = Status::fail;
      verdict.expected = expectation(reading.missing());
      const LogPart& first = log.parts.front();
      verdict.got =
          fmt::format("not found in {} from byte {}{} on: {}", counted(reading.lines(), "line"),
                      human_count(first.from), first.rotated ? " of the rotated file" : "",
                      pattern_list(reading.missing()));
      verdict.why = reading.lines() == 0 ? "" : "the last lines are:\n" + reading.last_lines();
    } else if (reading.lines() == 0) {
      return nothing_judged(fmt::format("0 lines judged: {} has no new line", shown_));
    }
    return verdict;
  }

  // "a line that matches 'a'", "lines that match 'a', 'b'".
  std::string expectation(const Patterns& patterns) const {
    if (patterns.empty()) return "no line that matches " + pattern_list(forbid_);
    return fmt::format("{} {}", patterns.size() == 1 ? "a line that matches" : "lines that match",
                       pattern_list(patterns));
  }

  // "line 812", counted from the start of the file. Only now are the lines before the recorded
  // position of interest, and they may be many.
  static std::string place_of(const Hit& hit, Reading& reading) {
    const std::string where = hit.part->rotated ? " of the rotated file" : "";
    const auto before =
        count_lines(hit.part->file, hit.part->from, [&] { return reading.has_time(); });
    return before ? fmt::format("line {}{}", *before + hit.number, where)
                  : fmt::format("the line at byte {}{}", human_count(hit.offset), where);
  }

  std::string path_;
  std::string shown_;
  Patterns expect_;
  Patterns forbid_;
};

// The patterns under `key`; nothing, and problems, when it is there and wrong.
std::optional<Patterns> read_patterns(const CheckDraft& draft, std::string_view key) {
  const yaml::Node* const node = draft.node.find(key);
  if (node == nullptr) return Patterns();
  const yaml::Reader& reader = draft.reader();
  if (!node->is_list() || node->items.empty()) {
    const std::string_view got = node->is_list() ? "an empty list" : node->type_name();
    reader.error(node->place,
                 fmt::format("'{}' must be a non-empty list of regexes; got {}", key, got));
    return std::nullopt;
  }
  Patterns out;
  for (const yaml::Node& item : node->items) {
    auto regex = read_regex(item, key, reader);
    if (!regex) return std::nullopt;
    out.emplace_back(std::move(regex));
  }
  return out;
}

std::optional<std::string> read_path(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  const auto written = reader.text(draft.value, "log");
  if (!written) return std::nullopt;
  const auto expanded = draft.scope.expanded(draft.value, *written);
  if (!expanded) return std::nullopt;
  if (trimmed(*expanded).empty()) {
    reader.error(draft.value.place, fmt::format("'log' is no path: {} is empty", *written));
    return std::nullopt;
  }
  return (draft.scope.directory() / *expanded).lexically_normal().native();
}

// The path as written, and where it leads as far as the suite's own vars tell.
std::string shown_path(const CheckDraft& draft) {
  const std::string& written = draft.value.text;
  const std::string known = draft.scope.with_own_vars(written);
  return known == written ? written : fmt::format("{} ({})", written, known);
}

}  // namespace

std::unique_ptr<Check> make_log(CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  const yaml::Node* const when = draft.node.find("when");
  if (when != nullptr && draft.head.when != When::after) {
    reader.error(when->place,
                 "a log is read after the deploy, by baseline verify; leave 'when' out");
    return nullptr;
  }
  const yaml::Node* const wait = draft.node.find("wait");
  if (wait != nullptr && draft.node.find("expect") == nullptr) {
    reader.error(wait->place, "'wait' needs 'expect': without one the first look decides");
    return nullptr;
  }
  auto expect = read_patterns(draft, "expect");
  auto forbid = read_patterns(draft, "forbid");
  auto path = read_path(draft);
  if (!expect || !forbid || !path) return nullptr;
  return std::make_unique<LogCheck>(draft.head, *std::move(path), shown_path(draft),
                                    *std::move(expect), *std::move(forbid));
}

}  // namespace baseline
