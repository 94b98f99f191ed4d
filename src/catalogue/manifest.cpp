#include "catalogue/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

std::string text_or_empty(const json& value) {
  return value.is_null() ? std::string() : value.get<std::string>();
}

// A manifest may be somebody else's: a name in it must be a plain name in the entry's directory,
// and none that the entry has for itself.
std::string plain_name(const json& value, const std::string& file) {
  std::string name = bytes_from_json(value);
  if (!names::is_plain_name(name) || names::is_in_every_entry(name)) {
    throw Error(ErrorCode::refused,
                fmt::format("{}: manifest names a file outside the backup", printable(file)),
                "do not use this backup: somebody changed its manifest");
  }
  return name;
}

unsigned mode_from(const std::string& text) {
  if (text.size() != 4 || text.find_first_not_of("01234567") != std::string::npos) {
    throw_formless("mode is not one");
  }
  return static_cast<unsigned>(std::stoul(text, nullptr, 8));
}

Payload payload_from(const json& value, const std::string& file) {
  Payload payload;
  payload.name = plain_name(value.at("file"), file);
  payload.size = count_from_json(value.at("size"));
  // Only of a backup that is not sealed yet.
  if (value.contains("modified_ns") && !value["modified_ns"].is_null()) {
    payload.modified = std::chrono::nanoseconds(integer_from_json(value["modified_ns"]));
  }
  if (!payload.modified || !value.at("sha256").is_null()) {
    payload.sha256 = text_from_json(value.at("sha256"), is_sha256, "SHA-256");
  }
  payload.moved = value.at("strategy").get<std::string>() == "move";
  payload.mode = mode_from(value.at("mode").get<std::string>());
  for (const json& name : value.at("companions")) {
    payload.companions.push_back(plain_name(name, file));
    const auto own = names::companions(payload.name);
    if (std::ranges::find(own, payload.companions.back()) == own.end()) {
      throw_formless("a companion is not one of its database");
    }
  }
  return payload;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  ordered_json out = ordered_json::object();
  out["version"] = 1;
  out["id"] = manifest.id;
  out["reason"] = manifest.reason;
  out["when"] = manifest.when;
  out["run"] = manifest.run;
  out["host"] = manifest.host;
  out["user"] = manifest.user;
  out["tool"] = manifest.tool;
  out["engine"] = manifest.engine;
  out["database"] = bytes_to_json(manifest.database);
  out["file"] = bytes_to_json(manifest.payload.name);
  out["size"] = manifest.payload.size;
  out["sha256"] = text_or_null(manifest.payload.sha256);
  if (manifest.payload.modified) out["modified_ns"] = manifest.payload.modified->count();
  out["strategy"] = manifest.payload.moved ? "move" : "copy";
  out["page_size"] = manifest.page_size;
  out["page_count"] = manifest.page_count;
  out["tables"] = ordered_json::array();
  for (const TableRows& table : manifest.tables) {
    ordered_json row = ordered_json::object();
    row["name"] = bytes_to_json(table.table);
    row["rows"] = table.rows ? ordered_json(*table.rows) : ordered_json(nullptr);
    out["tables"].push_back(row);
  }
  out["schema_digest"] = manifest.schema_digest;
  out["revision"] = manifest.revision ? ordered_json(*manifest.revision) : ordered_json(nullptr);
  out["user_version"] = manifest.user_version;
  out["application_id"] = manifest.application_id;
  out["owner"] = manifest.owner;
  out["mode"] = fmt::format("{:04o}", manifest.payload.mode);
  out["companions"] = ordered_json::array();
  for (const std::string& name : manifest.payload.companions) {
    out["companions"].emplace_back(bytes_to_json(name));
  }
  out["unreadable"] = text_or_null(manifest.unreadable);
  out["complaint"] = text_or_null(manifest.complaint);
  out["restored"] = text_or_null(manifest.restored);
  return printable_json(out.dump(2, ' ', false, json::error_handler_t::replace)) + "\n";
}

Manifest manifest_from_json(const std::string& text, const std::string& file) {
  const auto damaged = [&](const std::string& why) {
    return Error(ErrorCode::refused, fmt::format("{} is damaged: {}", printable(file), why),
                 "choose another backup with --to");
  };
  try {
    const json in = json::parse(shallow_json(text));
    if (integer_from_json(in.at("version")) > 1)
      throw damaged("it was written by a newer baseline");
    Manifest manifest;
    manifest.id = text_from_json(in.at("id"), names::is_id, "ID of a backup");
    manifest.reason = in.at("reason").get<std::string>();
    manifest.when = in.at("when").get<std::string>();
    manifest.run = text_from_json(in.at("run"), names::is_run_key, "key of a run");
    manifest.host = in.at("host").get<std::string>();
    manifest.user = in.at("user").get<std::string>();
    manifest.tool = in.at("tool").get<std::string>();
    manifest.engine = in.at("engine").get<std::string>();
    manifest.database = bytes_from_json(in.at("database"));
    manifest.payload = payload_from(in, file);
    manifest.page_size = count_from_json(in.at("page_size"));
    manifest.page_count = count_from_json(in.at("page_count"));
    for (const json& row : in.at("tables")) {
      TableRows table{bytes_from_json(row.at("name")), {}};
      if (!row.at("rows").is_null()) table.rows = count_from_json(row.at("rows"));
      manifest.tables.push_back(table);
    }
    manifest.schema_digest = text_from_json(in.at("schema_digest"), is_sha256_or_none, "digest");
    if (!in.at("revision").is_null()) manifest.revision = in.at("revision").get<std::string>();
    manifest.user_version = integer_from_json(in.at("user_version"));
    manifest.application_id = integer_from_json(in.at("application_id"));
    manifest.owner = in.at("owner").get<std::string>();
    manifest.unreadable = text_or_empty(in.at("unreadable"));
    // Not in those of earlier versions.
    if (in.contains("complaint")) manifest.complaint = text_or_empty(in.at("complaint"));
    manifest.restored = text_or_empty(in.at("restored"));
    return manifest;
  } catch (const json::exception& error) {
    throw damaged(error.what());
  }
}

}  // namespace baseline
