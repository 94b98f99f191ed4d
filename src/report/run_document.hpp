#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "catalogue/history.hpp"
#include "catalogue/manifest.hpp"
#include "report/check_json.hpp"
#include "report/check_run.hpp"

namespace baseline {

/// All that is told of a run, of which its page is made: now, or later from the run's record
/// (docs/json.md, "report"). Every text in it is UTF-8.
nlohmann::ordered_json run_document(const CheckRun& run, ResultKeys keys = ResultKeys::all);

/// run_document() as a text of at most `most` bytes. Left out are the keys of results that say
/// nothing; when it is too long, the schemas, and else the checks that passed. Throws Error{io}
/// when it is too long even so.
std::string run_record(const CheckRun& run, std::size_t most);
/// run_document() of a record; nothing when it is damaged.
std::optional<nlohmann::ordered_json> run_of_record(const std::string& record);

/// run_document() as far as the history knows it, for a run without a record. `backup`: the
/// manifest of the one that it made, if that is there; `catalogue`: where. `why`: what became of
/// the record.
nlohmann::ordered_json run_document(const HistoryLine& line, const std::optional<Manifest>& backup,
                                    const std::filesystem::path& catalogue, const std::string& why);

}  // namespace baseline
