#pragma once

#include <functional>
#include <string>
#include <vector>

#include "announce/announcement.hpp"
#include "store/session.hpp"

namespace baseline {

/// What a recipient can have back, by sending one command.
struct Offer {
  std::string command;
  std::string about;                ///< what people call it
  std::vector<std::string> merged;  ///< what else this stands for, where it has another name
};

/// What a recipient cannot have back.
struct Loss {
  std::string about;
  std::string reason;
};

/// One channel, person or address, and what an old database has of it. All texts are as the
/// database has them: who prints or sends them makes them fit for that.
struct Recipient {
  std::string id;  ///< letters, digits, `.`, `_` and `-`; neither `.` nor `_` comes first
  std::vector<Offer> offers;
  std::vector<Loss> losses;
  std::size_t merged = 0;  ///< rows that said the same as an offer
};

/// Runs the queries of the announcement on an old database. Recipients come in order, numbers by
/// value before texts; what each has is in the order of the entries and their rows.
///
/// Throws Error{usage} whose problems() have places in the announcement: a query that fails, a
/// column that is missing, a recipient that is not an id. Throws Error{refused} when the database
/// has the columns that it `needs` for none of the entries. `interrupted` is asked between queries.
std::vector<Recipient> collect(const NoticePlan& announcement, Session& database,
                               const std::function<void()>& interrupted);

}  // namespace baseline
