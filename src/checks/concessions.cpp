#include "checks/concessions.hpp"

#include <algorithm>

#include "checks/check.hpp"
#include "checks/kinds.hpp"

namespace baseline {
namespace {

When default_when(const CheckHead& head) {
  return std::ranges::find(check_kinds(), head.kind, &CheckKind::name)->default_when;
}

}  // namespace

Concessions concessions_of(const Suites& suites, const Selection& selection) {
  Concessions out;
  for (const auto& check : suites.checks()) {
    const CheckHead& head = check->head();
    if (!selection.takes(*check)) continue;
    if (head.skip) {
      ++out.skip;
      continue;  // whatever else it concedes, it proves nothing
    }
    if (head.severity == Severity::warn) ++out.warn;
    if (head.wait.count() > 0) ++out.wait;
    if (head.when == When::both || head.when == default_when(head)) continue;
    ++(head.when == When::before ? out.before : out.after);
  }
  return out;
}

}  // namespace baseline
