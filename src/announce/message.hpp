#pragma once

#include <string>
#include <vector>

#include "announce/announcement.hpp"
#include "announce/collect.hpp"

namespace baseline {

/// What is sent to one recipient: the notice, the commands, what is lost. More than one message
/// where it is longer than the announcement's `limit`; each ends with a newline. They are cut
/// between lines, if possible where a line is blank. Throws Error{usage} when a line of the notice
/// or a heading is longer than a message.
std::vector<std::string> messages_for(const Recipient& recipient, const NoticePlan& announcement);

/// "- `!add location 8052` (Seattle Tavern)": what a recipient can have back, a line each.
std::string line_for(const Offer& offer, Markup markup);
/// "- city Seattle, WA: there are no cities any more".
std::string line_for(const Loss& loss, Markup markup);

}  // namespace baseline
