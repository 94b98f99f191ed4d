#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue/catalogue.hpp"

namespace baseline {

/// How many records of runs a catalogue keeps: the newest.
inline constexpr std::size_t kMostRunRecords = 50;
/// How large one may be, in bytes.
inline constexpr std::size_t kLargestRunRecord = 1U << 20U;

/// The directory of the records, or nothing where none was kept. Throws Error{refused} when it is
/// of nobody who is obeyed.
std::optional<Directory> run_records_of(const Catalogue& catalogue);

/// Keeps what there is to tell of a run beside its line of the history, by its names::run_key(),
/// and removes the oldest records above kMostRunRecords. A record appears whole or not at all, but
/// is not synced: nothing depends on it, and a power cut may take it. Throws Error{io}.
void keep_run_record(FileSystem& files, Catalogue& catalogue, const std::string& run,
                     std::string_view text);

/// The record of a run, or nothing where none was kept. Throws Error{io}.
std::optional<std::string> read_run_record(const Catalogue& catalogue, const std::string& run);

}  // namespace baseline
