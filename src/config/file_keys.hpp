#pragma once

#include <span>
#include <string>
#include <string_view>

#include "yaml/keys.hpp"

namespace baseline {

/// In the order of BackupChoice, EngineChoice, OnFailure, Sealing, Format and OnStart.
inline constexpr std::string_view kBackupWords[] = {"auto", "move", "copy"};
inline constexpr std::string_view kEngineWords[] = {"auto", "swap", "in-place"};
inline constexpr std::string_view kOnFailureWords[] = {"rollback", "keep"};
inline constexpr std::string_view kSealWords[] = {"now", "later"};
inline constexpr std::string_view kFormatWords[] = {"human", "json"};
inline constexpr std::string_view kOnStartWords[] = {"verify", "deploy", "skip"};

/// The keys of baseline.yaml: its loader, its messages, the schema for editors and
/// docs/configuration.md (tests/config/config_file_test.cpp) all go by this table.
std::span<const yaml::Key> config_keys();

/// JSON Schema (draft-07) of baseline.yaml.
std::string config_json_schema();

}  // namespace baseline
