#include "catalogue/record.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/checked_line.hpp"
#include "os/modes.hpp"

namespace baseline {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestRecord = std::size_t{1} << 20U;

std::string to_json(const EntryRecord& record) {
  nlohmann::ordered_json out = {{"version", 1},
                                {"verified", record.verified},
                                {"checked", record.checked},
                                {"damage", record.damage}};
  out["copies"] = json::array();
  for (const CopyRecord& copy : record.copies) {
    out["copies"].push_back({{"directory", bytes_to_json(copy.directory)},
                             {"made", copy.made},
                             {"problem", copy.problem}});
  }
  return printable_json(out.dump(-1, ' ', false, json::error_handler_t::replace));
}

EntryRecord from_json(const json& in) {
  EntryRecord record;
  record.verified = in.at("verified").get<std::string>();
  record.checked = in.at("checked").get<std::string>();
  record.damage = in.at("damage").get<std::string>();
  for (const json& copy : in.at("copies")) {
    record.copies.push_back({bytes_from_json(copy.at("directory")),
                             copy.at("made").get<std::string>(),
                             copy.at("problem").get<std::string>()});
  }
  return record;
}

EntryRecord unreadable() {
  EntryRecord record;
  record.unreadable = true;
  return record;
}

}  // namespace

EntryRecord read_record(const Directory& entry) {
  try {
    const auto text = entry.read_text(std::string(names::kRecord), kLargestRecord);
    if (!text) return {};
    if (text->empty() || text->back() != '\n') return unreadable();
    const auto record = unchecked_line(std::string_view(*text).substr(0, text->size() - 1));
    return record ? from_json(json::parse(shallow_json(*record))) : unreadable();
  } catch (const json::exception&) {
    return unreadable();
  } catch (const Error& error) {
    // That it cannot be read at this moment says nothing about it.
    if (error.code() != ErrorCode::refused) throw;
    return unreadable();
  }
}

void write_record(FileSystem& files, const Directory& entry, const EntryRecord& record) {
  const std::string name(names::kRecord);
  const std::string temporary = names::renewed(name);
  files.unlink(entry, temporary);
  const File file = files.create(entry, temporary, kPrivateFile);
  files.write(file, checked_line(to_json(record)), 0);
  files.sync(file);
  files.rename(entry, temporary, entry, name);
  files.sync_directory(entry);
}

}  // namespace baseline
