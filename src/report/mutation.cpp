#include "report/mutation.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "checks/runner.hpp"
#include "report/human.hpp"

namespace baseline::human_report {
namespace {

std::string described_mutant(const Mutant& mutant) {
  return printable(fmt::format("{}: {}", mutant.element, mutant.change));
}

std::string mutant_place(const MutationReport& report, const MutantResult& result) {
  return fmt::format("{}:{}", printable(report.migration), result.line);
}

std::string survivor(const MutationReport& report, const MutantResult& result, const Style& style) {
  return fmt::format("{} {}   {}\n      change    {}\n      notice    {}\n\n",
                     style(Tone::bad, "SURVIVED"), mutant_place(report, result),
                     printable(result.sql), described_mutant(result.mutant), advice(result.mutant));
}

std::string killed(const MutationReport& report, const MutantResult& result, const Style& style) {
  return fmt::format("{}   {}   {}\n      killer    {}\n", style(Tone::good, "killed"),
                     mutant_place(report, result), described_mutant(result.mutant),
                     printable(result.killer));
}

// Those that were killed one below the other, and an empty line before the next survivor.
std::string mutant_lines(const MutationReport& report, const Style& style, bool verbose) {
  std::string text;
  bool open = false;
  for (const MutantResult& result : report.results) {
    if (result.killed() && !verbose) continue;
    if (!result.killed() && open) text += "\n";
    open = result.killed();
    text += open ? killed(report, result, style) : survivor(report, result, style);
  }
  return open ? text + "\n" : text;
}

std::string unfit(const MutationReport& report, const Style& style) {
  std::string text;
  for (const CheckResult& result : report.unfit) text += failure_block(result) + "\n";
  return text + style(Tone::bad, fmt::format("{} on {} as it is; no mutant was made\n",
                                             report.unfit.size() == 1 ? "a check does not pass"
                                                                      : "checks do not pass",
                                             printable(report.migration)));
}

}  // namespace

std::string_view advice(const Mutant& mutant) {
  switch (mutant.effect) {
    case MutantEffect::laxer:
      return mutant.kind == MutantKind::foreign_key
                 ? "'rejects' with foreign_keys on, of a row without its parent"
                 : "'rejects' of a row that this would let in";
    case MutantEffect::stricter:
      return "'accepts' of a row that this would keep out";
    case MutantEffect::either:
      return mutant.kind == MutantKind::foreign_key
                 ? "with foreign_keys on: 'accepts' with the parent, 'rejects' of changing or "
                   "removing a parent in use"
                 : "'accepts' at the edge, and 'rejects' one step beyond it";
    case MutantEffect::content:
      return "'query' of what this would change, with 'given' if it takes rows";
    case MutantEffect::cost:
      return "'cost' of a statement that is quick because of it";
  }
  return {};
}

std::string of(const MutationReport& report, const Style& style, bool verbose) {
  if (!report.unfit.empty()) return unfit(report, style);
  std::string text = mutant_lines(report, style, verbose);
  for (const LeftOut& check : report.left_out) {
    text += fmt::format("left out  {}: {}\n", printable(check.check), printable(check.why));
  }
  if (!report.left_out.empty()) text += "\n";
  for (const auto& [kind, count] : report.by_kind()) {
    const Tone tone = count.killed == count.all ? Tone::plain : Tone::bad;
    text += fmt::format("  {:<12} {}\n", to_string(kind),
                        style(tone, fmt::format("{:>4} of {:>4}", count.killed, count.all)));
  }
  const std::size_t all = report.results.size();
  const Tone tone = report.killed() == all ? Tone::good : Tone::caution;
  text += style(tone, fmt::format("killed {} of {} ({:.1f} %)", human_count(report.killed()),
                                  counted(all, "mutant"), report.share()));
  text += fmt::format(" in {}\n", duration(report.took));
  if (report.sample && *report.sample < report.made) {
    text += fmt::format("a sample of {} from {}\n", human_count(*report.sample),
                        counted(report.made, "change"));
  }
  if (report.interrupted) {
    text += style(Tone::caution,
                  fmt::format("interrupted; {} not tried\n",
                              report.untried == 1 ? "1 change was"
                                                  : human_count(report.untried) + " changes were"));
  }
  if (verbose) {
    text += fmt::format("{} more could not be applied, {} meant the same\n",
                        human_count(report.stillborn), human_count(report.equivalent));
  }
  if (!report.enough() && !report.interrupted) {
    text += style(Tone::bad, fmt::format("less than the {:g} % that --min demands\n",
                                         report.demanded.value_or(0)));
  }
  return text;
}

}  // namespace baseline::human_report
