#include "announce/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>

#include "announce/markup.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/sql_text.hpp"

namespace baseline {
namespace {

constexpr std::size_t kMaxAnnounced = 1'000'000;
constexpr std::chrono::seconds kQueryTime(60);
constexpr std::size_t kMaxCommand = 400;  // characters; a message has to have room for it

// Numbers by value, texts behind them. So 9 comes before 10.
struct ById {
  bool operator()(const std::string& a, const std::string& b) const {
    const auto number = [](const std::string& text) -> std::optional<std::int64_t> {
      std::int64_t value = 0;
      const char* const end = text.data() + text.size();
      const auto [last, error] = std::from_chars(text.data(), end, value);
      return error == std::errc() && last == end ? std::optional(value) : std::nullopt;
    };
    const auto x = number(a);
    const auto y = number(b);
    if (x && y && *x != *y) return *x < *y;
    if (x.has_value() != y.has_value()) return x.has_value();
    return a < b;
  }
};

using Recipients = std::map<std::string, Recipient, ById>;

std::string cell_text(const Value& value) {
  struct Printer {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const Blob& blob) const { return sql_literal(blob); }
  };
  return std::visit(Printer{}, value);
}

// It becomes an argument of a command and part of an address: nothing that means something there.
bool is_id(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  return text.size() > sign && text.size() <= kLongest && plain(text[sign]) &&
         std::ranges::all_of(text.substr(sign),
                             [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

/// One entry with the columns of its query.
class EntryRows {
 public:
  EntryRows(const NoticeEntry& entry, const QueryOutcome& rows, yaml::Problems& problems)
      : entry_(entry), columns_(rows.columns), problems_(problems) {
    const std::size_t before = problems.size();
    recipient_ = demanded("recipient", entry.query.place);
    reason_ = find("reason");
    for (const yaml::Node& column : entry.unique) {
      unique_.push_back(demanded(column.text, column.place));
    }
    if (entry.command) demand(*entry.command);
    demand(entry.about);
    if (!entry.command && !reason_) {
      problems.add(entry.query.place,
                   "an entry without a 'command' has a column 'reason': why it is lost");
    }
    usable_ = problems.size() == before;
  }

  bool usable() const { return usable_; }

  void add(const std::vector<Value>& row, Recipients& recipients) {
    const std::string id = cell_text(row[*recipient_]);
    if (!is_id(id) || storage_class(row[*recipient_]) == "real") {
      complain_about(id);
      return;
    }
    Recipient& recipient = recipients[id];
    recipient.id = id;
    const std::string about = rendered(entry_.about, row);
    std::string reason = reason_ ? cell_text(row[*reason_]) : std::string();
    std::string command;
    if (reason.empty() && !entry_.command) reason = "it has no command that adds it again";
    if (reason.empty()) {
      command = std::string(trimmed(rendered(*entry_.command, row)));
      reason = why_not_typed(row, command);
    }
    if (reason.empty()) {
      offer(recipient, row, {command, about, {}});
    } else {
      lose(recipient, {about, reason});
    }
  }

 private:
  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::ranges::find(columns_, name);
    if (found == columns_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns_.begin());
  }

  std::optional<std::size_t> demanded(const std::string& name, yaml::Place place) const {
    const auto found = find(name);
    if (!found) {
      problems_.add(place, fmt::format("the query has no column '{}'{}", name,
                                       yaml::suggestion(name, columns_)));
    }
    return found;
  }

  void demand(const Template& text) const {
    for (const Template::Placeholder& one : text.placeholders()) demanded(one.name, one.place);
  }

  std::string rendered(const Template& text, const std::vector<Value>& row) const {
    return text.render([&](const std::string& name) { return cell_text(row[*find(name)]); });
  }

  // Data in a command must stay data, for whoever reads what is sent, and for whom it is sent to.
  std::string why_not_typed(const std::vector<Value>& row, const std::string& command) const {
    for (const Template::Placeholder& one : entry_.command->placeholders()) {
      const auto* const text = std::get_if<std::string>(&row[*find(one.name)]);
      const bool blob = std::holds_alternative<Blob>(row[*find(one.name)]);
      if (blob || (text != nullptr && !is_typed_safely(*text))) {
        return fmt::format("its {} has characters that cannot be typed in a command", one.name);
      }
    }
    if (command.find('`') != std::string::npos) return "its command has a backtick";
    return characters(command) > kMaxCommand ? "its command is too long to be typed" : "";
  }

  void offer(Recipient& recipient, const std::vector<Value>& row, Offer made) {
    // The key is what `unique` names; without that the command itself.
    std::string key;
    for (const auto& column : unique_) {
      const Value& value = row[*column];
      key += storage_class(value) + ":" + cell_text(value) + '\0';
    }
    if (unique_.empty()) key = made.command;
    auto& known = offered_[recipient.id];
    const auto [first, is_new] = known.emplace(key, recipient.offers.size());
    // The same command twice is one, whichever entries they come from.
    const auto same = std::ranges::find(recipient.offers, made.command, &Offer::command);
    if (is_new && same == recipient.offers.end()) {
      recipient.offers.push_back(std::move(made));
      return;
    }
    if (is_new) first->second = static_cast<std::size_t>(same - recipient.offers.begin());
    Offer& into = recipient.offers[first->second];
    ++recipient.merged;
    if (made.about != into.about && std::ranges::count(into.merged, made.about) == 0) {
      into.merged.push_back(made.about);
    }
  }

  static void lose(Recipient& recipient, Loss loss) {
    const bool known = std::ranges::any_of(recipient.losses, [&](const Loss& other) {
      return other.about == loss.about && other.reason == loss.reason;
    });
    if (!known) recipient.losses.push_back(std::move(loss));
  }

  void complain_about(const std::string& id) {
    if (complained_) return;
    complained_ = true;
    problems_.add(entry_.query.place,
                  fmt::format("'{}' is no recipient: it must be an id of letters, digits and . _ -",
                              shortened(printable(id), 80)));
  }

  const NoticeEntry& entry_;
  const std::vector<std::string>& columns_;
  yaml::Problems& problems_;
  std::optional<std::size_t> recipient_;
  std::optional<std::size_t> reason_;
  std::vector<std::optional<std::size_t>> unique_;
  std::map<std::string, std::map<std::string, std::size_t>> offered_;  ///< by recipient and key
  bool usable_ = false;
  bool complained_ = false;
};

bool has_column(Session& database, const std::string& column) {
  const std::size_t dot = column.find('.');
  const auto table = database.table(column.substr(0, dot));
  return table && std::ranges::any_of(table->columns, [&](const std::string& name) {
           return same_name(name, std::string_view(column).substr(dot + 1));
         });
}

void run(const NoticeEntry& entry, Session& database, yaml::Problems& problems,
         Recipients& recipients) {
  const RunLimits limits{kQueryTime, kMaxAnnounced};
  const QueryOutcome outcome = database.query(entry.query.text, {}, limits);
  if (outcome.failure) {
    problems.add(outcome.failure->offset ? entry.query.place_in_text(*outcome.failure->offset)
                                         : entry.query.place,
                 outcome.failure->message);
    return;
  }
  if (outcome.truncated) {
    problems.add(entry.query.place,
                 fmt::format("the query gives more than {} rows", human_count(kMaxAnnounced)));
    return;
  }
  EntryRows rows(entry, outcome, problems);
  if (!rows.usable()) return;
  for (const std::vector<Value>& row : outcome.rows) rows.add(row, recipients);
}

}  // namespace

std::vector<Recipient> collect(const NoticePlan& announcement, Session& database,
                               const std::function<void()>& interrupted) {
  yaml::Problems problems(announcement.file);
  Recipients recipients;
  bool fits = false;
  for (const NoticeEntry& entry : announcement.entries) {
    interrupted();
    const bool has_all = std::ranges::all_of(
        entry.needs, [&](const std::string& column) { return has_column(database, column); });
    if (!has_all) continue;
    fits = true;
    run(entry, database, problems, recipients);
  }
  if (!problems.empty()) {
    Error error(ErrorCode::usage,
                fmt::format("the announcement {} does not fit this database ({})",
                            printable(announcement.file), counted(problems.size(), "error")),
                "name your application's own with --announcement FILE");
    error.set_problems(problems.found());
    throw error;
  }
  if (!fits) {
    throw Error(ErrorCode::refused,
                fmt::format("the announcement {} has no entry for the tables of this database",
                            printable(announcement.file)),
                "name your application's own with --announcement FILE");
  }
  std::vector<Recipient> out;
  out.reserve(recipients.size());
  for (auto& [id, recipient] : recipients) out.push_back(std::move(recipient));
  return out;
}

}  // namespace baseline
