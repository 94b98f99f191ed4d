#include "checks/listing.hpp"

#include <utility>

#include "checks/check.hpp"

namespace baseline {
namespace {

ListedCheck listed_check(const Check& check, const Selection& selection) {
  const CheckHead& head = check.head();
  ListedCheck out;
  out.suite = head.suite;
  out.file = head.file;
  out.place = head.place;
  out.name = head.name;
  out.kind = head.kind;
  out.severity = head.severity;
  out.tags = head.tags;
  out.cases = head.cases.size();
  out.before = head.runs_in(Phase::before);
  out.after = head.runs_in(Phase::after);
  // What the application does is there only while it runs, and a deploy is over before that.
  out.verify_only = out.after && check.needs_application();
  out.skip_reason = head.skip.value_or("");
  out.left_out = selection.left_out(check);
  return out;
}

void count_listed(const ListedCheck& check, PhaseTotal& total) {
  ++total.checks;
  total.results += check.cases;
}

}  // namespace

Listing list_checks(const Suites& suites, const Selection& selection) {
  demand_selected(suites, selection);
  Listing listing;
  for (const auto& check : suites.checks()) {
    ListedCheck listed = listed_check(*check, selection);
    if (!listed.left_out.empty()) {
      ++listing.left_out;
    } else if (!listed.skip_reason.empty()) {
      ++listing.skipped;
    } else {
      if (listed.before) count_listed(listed, listing.before);
      if (listed.after) count_listed(listed, listing.after);
      if (listed.verify_only) ++listing.verify_only;
    }
    listing.checks.push_back(std::move(listed));
  }
  return listing;
}

}  // namespace baseline
