#include "store/journal.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/checked_line.hpp"
#include "os/process.hpp"

namespace baseline {

Journal::Journal(FileSystem& files, const Directory& directory, std::string name,
                 std::string temporary)
    : files_(files),
      directory_(directory),
      name_(std::move(name)),
      temporary_(std::move(temporary)) {}

std::string Journal::shown() const {
  const std::string path = printable((directory_ / name_).native());
  const auto status = directory_.status(name_);
  return status ? fmt::format("{} of {}", path, owner_name(status->st_uid, status->st_gid)) : path;
}

std::vector<std::string> Journal::read() const {
  std::vector<std::string> records;
  const std::optional<std::string> text = directory_.read_text(name_);
  if (!text) return records;
  for (std::size_t start = 0; start < text->size();) {
    const std::size_t end = text->find('\n', start);
    if (end == std::string::npos) break;
    const auto record = unchecked_line(std::string_view(*text).substr(start, end - start));
    if (!record) break;
    records.push_back(*record);
    start = end + 1;
  }
  if (records.empty()) {
    throw Error(ErrorCode::needs_person,
                fmt::format("the journal {} cannot be read, and no crash of baseline leaves it so",
                            shown()),
                "compare the live database with the candidate beside it and the newest backup, "
                "then remove the journal");
  }
  return records;
}

void Journal::start(const std::string& record) {
  const File file = files_.create(directory_, temporary_, 0600);
  files_.write(file, checked_line(record), 0);
  files_.sync(file);
  files_.rename(directory_, temporary_, directory_, name_);
}

File Journal::write_last(const std::string& record) {
  // A torn line of an earlier crash is overwritten, so that what follows it can be read.
  std::uint64_t end = 0;
  for (const std::string& known : read()) end += checked_line(known).size();
  File file = files_.open_or_create(directory_, name_, 0600);
  if (static_cast<std::uint64_t>(file.status().st_size) > end) files_.truncate(file, end);
  files_.write(file, checked_line(record), end);
  return file;
}

void Journal::append(const std::string& record) { files_.sync(write_last(record)); }

void Journal::note(const std::string& record) { write_last(record); }

void Journal::remove() {
  if (directory_.contains(temporary_)) files_.unlink(directory_, temporary_);
  if (directory_.contains(name_)) files_.unlink(directory_, name_);
}

}  // namespace baseline
