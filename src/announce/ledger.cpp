#include "announce/ledger.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/text.hpp"
#include "os/append_line.hpp"
#include "os/modes.hpp"
#include "os/parent_directory.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

File open_ledger(FileSystem& files, const fs::path& given) {
  const fs::path path = fs::absolute(given).lexically_normal();
  const Directory directory = parent_directory(path);
  const std::string name = path.filename().native();
  const bool is_new = !directory.contains(name);
  File file = files.open_to_append(directory, name, kPrivateFile);
  if (is_new) files.sync_directory(directory);
  return file;
}

}  // namespace

Ledger::Ledger(FileSystem& files, const fs::path& file)
    : files_(files), file_(open_ledger(files, file)) {
  const std::string shown = printable(file_.path().native());
  if (::flock(file_.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("lock", shown);
    throw Error(ErrorCode::in_use, fmt::format("somebody is sending with {}", shown),
                "let that run end; then go on with what it has left");
  }
  std::string text(static_cast<std::size_t>(file_.status().st_size), '\0');
  text.resize(file_.read(text.data(), text.size(), 0));
  read(text);
}

void Ledger::read(const std::string& text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view written = std::string_view(text).substr(start, end - start);
    start = end + 1;
    try {
      const auto line = nlohmann::json::parse(shallow_json(written), nullptr, false);
      // A line that a power cut has torn: its message is sent again.
      if (line.is_discarded()) continue;
      delivered_[{bytes_from_json(line.at("source")), line.at("recipient").get<std::string>()}] = {
          count_from_json(line.at("part")), count_from_json(line.at("parts"))};
    } catch (const nlohmann::json::exception&) {
      throw Error(
          ErrorCode::usage,
          fmt::format("{} is not a record of what was sent", printable(file_.path().native())),
          "name a file of its own with --sent");
    }
  }
}

std::size_t Ledger::parts_delivered(const std::string& source, const std::string& recipient,
                                    std::size_t parts) const {
  const auto found = delivered_.find({source, recipient});
  if (found == delivered_.end()) return 0;
  const auto [last, of] = found->second;
  if (last == of) return parts;  // all of it, however it would be cut now
  return of == parts ? last : 0;
}

void Ledger::record(const DeliveredPart& part, std::chrono::system_clock::time_point when) {
  nlohmann::ordered_json line = nlohmann::ordered_json::object();
  line["when"] = rfc3339(when);
  line["source"] = bytes_to_json(part.source);
  line["recipient"] = part.recipient;
  line["part"] = part.part;
  line["parts"] = part.parts;
  append_line(files_, file_, printable_json(line.dump()));
  delivered_[{part.source, part.recipient}] = {part.part, part.parts};
}

}  // namespace baseline
