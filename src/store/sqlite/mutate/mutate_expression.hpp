#pragma once

#include "store/sqlite/mutate/mutant_list.hpp"

namespace baseline::sqlite {

/// Bends an expression, or statements that hold some: bounds moved by one, comparisons made strict
/// or lax, AND and OR exchanged, conditions dropped, texts changed. docs/mutate.md lists all.
void mutate_expression(const Subject& subject, Span expression, MutantList& out);

/// Changes one literal: a number (with its sign) by one up and, if asked for, down; a text or blob
/// gets longer. False when `literal` is none.
bool mutate_literal(const Subject& subject, Span literal, bool both_ways, MutantList& out,
                    const std::string& before = {});

}  // namespace baseline::sqlite
