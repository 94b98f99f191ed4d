#include "report/announcement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "announce/message.hpp"
#include "base/text.hpp"
#include "report/layout.hpp"

namespace baseline::human_report {
namespace {

struct Totals {
  std::size_t offers = 0;
  std::size_t losses = 0;
  std::size_t merged = 0;
};

Totals totals_of(const AnnounceReport& report) {
  Totals out;
  for (const Recipient& recipient : report.recipients) {
    out.offers += recipient.offers.size();
    out.losses += recipient.losses.size();
    out.merged += recipient.merged;
  }
  return out;
}

std::string summary(const AnnounceReport& report) {
  const Totals totals = totals_of(report);
  const std::string file = printable(report.file);
  const std::string source = printable(report.source);
  return labelled("source", source == file ? file : fmt::format("{} ({})", source, file)) +
         labelled("notice", printable(report.announcement)) +
         labelled("found",
                  fmt::format(
                      "{} for {}; {} cannot be carried over; {}", counted(totals.offers, "command"),
                      counted(report.recipients.size(), "recipient"), human_count(totals.losses),
                      totals.merged == 1
                          ? "1 duplicate was merged"
                          : fmt::format("{} duplicates were merged", human_count(totals.merged))));
}

std::string found_for(const Recipient& recipient, const Style& style) {
  std::string out = fmt::format("\n{}\n", printable(recipient.id));
  for (const Offer& offer : recipient.offers) {
    std::string about = offer.about;
    for (const std::string& other : offer.merged) about += " = " + other;
    out += fmt::format("  {:<44}  {}\n", printable(offer.command), printable(about));
  }
  for (const Loss& loss : recipient.losses) {
    out += fmt::format("  {} {}: {}\n", style(Tone::caution, "not carried over:"),
                       printable(loss.about), printable(loss.reason));
  }
  return out;
}

std::string unfinished(const Delivery& delivery, bool show_output, const Style& style) {
  const bool failed = delivery.state == Delivery::State::failed;
  std::string out = fmt::format(
      "{}  {}", style(failed ? Tone::bad : Tone::caution, failed ? "not sent " : "not tried"),
      printable(delivery.recipient));
  if (failed) out += ": " + printable(delivery.problem);
  if (delivery.arrived > 0) {
    out += fmt::format(" ({} of {} messages were sent)", delivery.arrived, delivery.parts);
  }
  out += "\n";
  if (!show_output || delivery.output.empty()) return out;
  const std::string text = printable_lines(delivery.output);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out += fmt::format("           | {}\n", text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

std::string sent(const AnnounceReport& report, const Style& style) {
  const std::vector<Delivery>& all = report.sent->deliveries;
  const auto count = [&](Delivery::State state) {
    return static_cast<std::size_t>(std::ranges::count(all, state, &Delivery::state));
  };
  const std::size_t now = count(Delivery::State::sent);
  const std::size_t earlier = count(Delivery::State::sent_earlier);
  std::string out;
  for (const Delivery& delivery : all) {
    if (delivery.state == Delivery::State::failed || delivery.state == Delivery::State::not_tried) {
      out += unfinished(delivery, report.show_output, style);
    }
  }
  const bool whole = now + earlier == all.size();
  out += labelled("sent", style(whole ? Tone::good : Tone::bad,
                                fmt::format("{} of {}", now + earlier, all.size())) +
                              (earlier == 0 ? "" : fmt::format(", {} by an earlier run", earlier)));
  out += labelled("record", printable(report.ledger));
  if (!whole)
    out += labelled("next", "the same command again: it sends to those only that have not got it");
  return out;
}

}  // namespace

std::string of(const AnnounceReport& report, const Style& style) {
  std::string out = summary(report);
  if (report.sent) return out + sent(report, style);
  for (const Recipient& recipient : report.recipients) out += found_for(recipient, style);
  return out + "\n" + labelled("next", report.next);
}

std::string markdown_of(const AnnounceReport& report) {
  std::string out = report.notice + "\n";
  for (const Recipient& recipient : report.recipients) {
    out += fmt::format("\n## {}\n\n", printable(recipient.id));
    for (const Offer& offer : recipient.offers) out += line_for(offer, Markup::discord) + "\n";
    if (recipient.losses.empty()) continue;
    out += std::string(recipient.offers.empty() ? "" : "\n") + "Not carried over:\n\n";
    for (const Loss& loss : recipient.losses) out += line_for(loss, Markup::discord) + "\n";
  }
  return out;
}

}  // namespace baseline::human_report
