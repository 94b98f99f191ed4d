#include "store/sqlite/db/allowed_functions.hpp"

#include <string>

namespace baseline::sqlite {
namespace {

// Not here, though SQLite has them: fts3_tokenizer (calls through a pointer that it is given, or
// shows one), load_extension, sqlite_log (writes to what errors are read from).
constexpr std::string_view kAllowedFunctions =
    // https://www.sqlite.org/lang_corefunc.html
    " abs changes char coalesce concat concat_ws format glob hex ifnull iif instr "
    " last_insert_rowid length like likelihood likely lower ltrim match max min nullif "
    " octet_length printf quote random randomblob replace round rtrim sign soundex "
    " sqlite_compileoption_get sqlite_compileoption_used sqlite_offset sqlite_source_id "
    " sqlite_version substr substring subtype total_changes trim typeof unhex unicode unlikely "
    " upper zeroblob "
    // lang_datefunc.html, lang_mathfunc.html
    " current_date current_time current_timestamp date datetime julianday strftime time timediff "
    " unixepoch acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln "
    " log log10 log2 mod pi pow power radians sin sinh sqrt tan tanh trunc "
    // lang_aggfunc.html, windowfunctions.html
    " avg count group_concat string_agg sum total cume_dist dense_rank first_value lag last_value "
    " lead nth_value ntile percent_rank rank row_number "
    // json1.html
    " -> ->> json json_array json_array_length json_error_position json_extract json_group_array "
    " json_group_object json_insert json_object json_patch json_pretty json_quote json_remove "
    " json_replace json_set json_type json_valid jsonb jsonb_array jsonb_extract "
    " jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove "
    " jsonb_replace jsonb_set "
    // fts3.html, fts5.html, rtree.html, geopoly.html
    " matchinfo offsets optimize snippet bm25 fts5 fts5_source_id highlight rtreecheck rtreedepth "
    " rtreenode geopoly_area geopoly_bbox geopoly_blob geopoly_ccw geopoly_contains_point "
    " geopoly_group_bbox geopoly_json geopoly_overlap geopoly_regular geopoly_svg geopoly_within "
    " geopoly_xform "
    // regexp.hpp: only SQL of suites finds it
    " regexp "
    // What SQLite itself calls for ALTER TABLE, and nobody else can.
    " sqlite_drop_column sqlite_rename_column sqlite_rename_quotefix sqlite_rename_table "
    " sqlite_rename_test ";

}  // namespace

bool is_allowed_function(std::string_view name) {
  return kAllowedFunctions.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

}  // namespace baseline::sqlite
