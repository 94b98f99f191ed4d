#pragma once

#include <string_view>

#include "store/constraint_ref.hpp"

namespace baseline {

/// How `by` names a constraint that has no name: by what it is. Also what editors complete.
struct ReferenceForm {
  std::string_view key;
  ConstraintRef::Kind kind;
  std::string_view words;    ///< for people, in front of what is named
  std::string_view form;     ///< how it is written
  std::string_view pattern;  ///< a regular expression for that; empty: any text
};

inline constexpr ReferenceForm kReferenceForms[] = {
    {"not_null", ConstraintRef::Kind::not_null, "NOT NULL", "table.column",
     R"(^[\s\S]+[.][\s\S]+$)"},
    {"unique", ConstraintRef::Kind::unique, "UNIQUE", "table(column, …)",
     R"(^[\s\S]+[(][\s\S]+[)]$)"},
    {"primary_key", ConstraintRef::Kind::primary_key, "PRIMARY KEY", "table", {}},
    {"foreign_key", ConstraintRef::Kind::foreign_key, "FOREIGN KEY", "table(column, …)",
     R"(^[\s\S]+[(][\s\S]+[)]$)"},
    {"check", ConstraintRef::Kind::check, "CHECK", "its expression", {}},
    {"trigger",
     ConstraintRef::Kind::trigger,
     "trigger",
     "a regular expression for its message",
     {}},
    {"type", ConstraintRef::Kind::type, "type of", "table.column", R"(^[\s\S]+[.][\s\S]+$)"},
};

}  // namespace baseline
