#include "base/text.hpp"
#include "report/announcement.hpp"
#include "report/json_document.hpp"
#include "report/json_parts.hpp"

namespace baseline::json_report {
namespace {

std::string_view delivery_word(Delivery::State state) {
  switch (state) {
    case Delivery::State::sent:
      return "sent";
    case Delivery::State::sent_earlier:
      return "sent earlier";
    case Delivery::State::failed:
      return "failed";
    case Delivery::State::not_tried:
      return "not tried";
  }
  return "";
}

Json shown_list(const std::vector<std::string>& all) {
  Json out = Json::array();
  for (const std::string& text : all) out.push_back(shown(text));
  return out;
}

Json of_recipient(const Recipient& recipient, const Parcel& parcel, const Delivery* delivery) {
  Json json = Json::object();
  json["recipient"] = recipient.id;
  json["commands"] = Json::array();
  for (const Offer& offer : recipient.offers) {
    json["commands"].push_back({{"command", valid_utf8(offer.command)},
                                {"about", valid_utf8(offer.about)},
                                {"merged", shown_list(offer.merged)}});
  }
  json["lost"] = Json::array();
  for (const Loss& loss : recipient.losses) {
    json["lost"].push_back(
        {{"about", valid_utf8(loss.about)}, {"reason", valid_utf8(loss.reason)}});
  }
  json["duplicates"] = recipient.merged;
  json["messages"] = parcel.messages;
  json["delivery"] = nullptr;
  if (delivery != nullptr) {
    json["delivery"] = {{"state", delivery_word(delivery->state)},
                        {"arrived", delivery->arrived},
                        {"problem", optional_text(valid_utf8(delivery->problem))}};
  }
  return json;
}

}  // namespace

std::string of(const AnnounceReport& report, int exit_code) {
  Json json = header("announce", exit_code);
  json["source"] = shown(report.source);
  json["file"] = shown(report.file);
  json["announcement"] = shown(report.announcement);
  json["notice"] = report.notice;
  json["recipients"] = Json::array();
  for (std::size_t i = 0; i < report.recipients.size(); ++i) {
    const Delivery* const delivery = report.sent ? &report.sent->deliveries[i] : nullptr;
    json["recipients"].push_back(of_recipient(report.recipients[i], report.parcels[i], delivery));
  }
  json["sent"] = report.ledger.empty() ? Json(nullptr) : shown(report.ledger);
  return finished(json);
}

}  // namespace baseline::json_report
