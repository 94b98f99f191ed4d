#pragma once

#include <string>

namespace baseline {

/// The JSON Schema (draft-07) of a suite file, ending with a newline, for editors. It is made from
/// the tables that the loader reads by: keys, kinds, operators of matchers, forms of `by`. It says
/// what a suite looks like; what it means (SQL, names, numbers of values) only the loader can tell.
std::string suite_json_schema();

}  // namespace baseline
