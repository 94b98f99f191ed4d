// baseline announce: the notice for the users, and what each of them has to add again.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <system_error>

#include "announce/message.hpp"
#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "config/database_path.hpp"
#include "os/acting_user.hpp"
#include "os/signals.hpp"
#include "os/zstd.hpp"
#include "pipeline/backup_file.hpp"
#include "report/announcement.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

/// The database that is read, and what it is called.
struct AnnounceSource {
  std::unique_ptr<Session> session;
  std::string name;
  fs::path file;
  fs::path ledger;  ///< the record of what was sent, unless another one is named; may be empty
};

// The newest backup that a deploy has made of this database, and that has its data still.
CatalogueEntry newest_of_deploy(const Catalogue& catalogue, const std::string& database) {
  std::vector<CatalogueEntry> entries = catalogue.entries();
  std::ranges::reverse(entries);
  for (CatalogueEntry& entry : entries) {
    if (entry.usable() && entry.manifest->reason == "deploy" &&
        entry.manifest->database == database) {
      return std::move(entry);
    }
  }
  throw Error(
      ErrorCode::usage,
      fmt::format("no deploy has left a backup of {} in {}", printable(database),
                  printable(catalogue.directory().native())),
      "name one with --backup ID or --from FILE; --live shows the messages before a deploy");
}

AnnounceSource from_catalogue(const Invocation& invocation) {
  Workplace workplace(invocation);
  AnnounceSource out;
  if (invocation.options.announce.live) {
    out.session = workplace.store().open_live();
    out.name = "live";
    out.file = workplace.store().location();
    return out;
  }
  const std::string& id = invocation.options.announce.backup;
  const CatalogueEntry entry =
      id.empty() ? newest_of_deploy(workplace.catalogue(), workplace.store().location())
                 : workplace.catalogue().find(id);
  if (!entry.usable()) {
    throw Error(
        ErrorCode::refused,
        fmt::format("the backup {} has no data: it was moved back into place", printable(entry.id)),
        "name another with --backup; baseline backups list shows them");
  }
  out.name = entry.id;
  out.ledger = workplace.catalogue().directory() / names::kAnnounced;
  out.file = entry.directory / entry.manifest->payload.name;
  out.session = workplace.store().open_backup(out.file);
  return out;
}

// A file needs no database and no catalogue.
AnnounceSource from_file(const std::string& given) {
  std::error_code error;
  AnnounceSource out;
  out.file = fs::canonical(given, error);
  if (error || !fs::is_regular_file(out.file)) {
    throw Error(ErrorCode::usage,
                fmt::format("--from {}: {}", printable(given),
                            error ? "there is no such file" : "it is not a regular file"),
                "name the file of a database");
  }
  const Directory directory = Directory::open(out.file.parent_path());
  const auto file = directory.open_file(out.file.filename().native(), false);
  if (file && is_packed(*file)) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is packed with zstd", printable(out.file.native())),
                fmt::format("unpack it first: zstd -d {}", shell_quoted(out.file.native())));
  }
  const auto store = open_store(out.file);
  require_complete(out.file, store->engine());
  out.session = store->open_backup(out.file);
  out.name = out.file.native();
  return out;
}

// All that were asked for must be there: a mistyped channel would get nothing, and nobody know.
void keep_only(std::vector<Recipient>& recipients, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return;
  for (const std::string& id : wanted) {
    if (std::ranges::find(recipients, id, &Recipient::id) != recipients.end()) continue;
    throw Error(ErrorCode::usage, fmt::format("there is no recipient '{}'", printable(id)),
                "baseline announce lists them");
  }
  std::erase_if(recipients, [&](const Recipient& recipient) {
    return std::ranges::find(wanted, recipient.id) == wanted.end();
  });
}

// What baseline.yaml says about the announcement, where the command line says nothing.
AnnounceOptions with_settings(AnnounceOptions options, const Announcement& configured) {
  if (options.announcement.empty() && options.notice.empty()) {
    const std::string ending = configured.file.extension();
    const bool is_plan = ending == ".yaml" || ending == ".yml";
    (is_plan ? options.announcement : options.notice) = configured.file.native();
  }
  if (!options.send || !options.command.empty() || !configured.send) return options;
  if (!configured.send->problems.empty()) {
    Error error(ErrorCode::usage, "the command to send with cannot be run as it is configured",
                "set the variables, or write $$ for a $; nothing was sent");
    error.set_problems(configured.send->problems);
    throw error;
  }
  options.command = configured.send->argv;
  return options;
}

SendCommand send_command(const AnnounceOptions& options) {
  const auto timeout = parse_duration_ms(options.timeout);
  if (!timeout || *timeout == 0) {
    throw Error(ErrorCode::usage,
                fmt::format("--timeout must be a duration like 500ms, 30s or 5m; got '{}'",
                            printable(options.timeout)));
  }
  return {options.command, std::chrono::milliseconds(*timeout)};
}

std::string question(const AnnounceReport& report, const SendCommand& command) {
  std::size_t messages = 0;
  for (const Parcel& parcel : report.parcels) messages += parcel.messages.size();
  return fmt::format("{} to {} with {}, but for what {} has already.\n",
                     counted(messages, "message"), counted(report.parcels.size(), "recipient"),
                     printable(command.argv.front()), printable(report.ledger));
}

// What was typed, for the command that sends what this one shows.
std::string typed_again(const Invocation& invocation) {
  const AnnounceOptions& options = invocation.options.announce;
  std::string out = typed_options(invocation).backups;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {} {}", name, shell_quoted(value));
  };
  add("--backup", options.backup);
  add("--from", invocation.options.from);
  add("--announcement", options.announcement);
  add("--notice", options.notice);
  for (const std::string& id : options.recipients) add("--recipient", id);
  if (options.live) out += " --live";
  if (options.live || !invocation.options.from.empty()) out += " --sent FILE";
  return out;
}

// The one that was named belongs to who named it, the other one to the backups.
Ledger ledger_of(const Invocation& invocation, const fs::path& file) {
  std::optional<AsStartingUser> writes;
  if (!invocation.options.announce.sent.empty()) writes.emplace();
  return {real_file_system(), file};
}

void send(const Invocation& invocation, const SendCommand& command, const fs::path& ledger_file,
          AnnounceReport& report) {
  if (ledger_file.empty()) {
    throw Error(ErrorCode::usage,
                "only what is sent from a backup of the catalogue has a record of its own",
                "name a file with --sent FILE");
  }
  report.ledger = ledger_file.native();
  require_sendable(command, report.parcels);
  if (invocation.interactive && !invocation.options.yes && !ask(question(report, command))) {
    throw Interrupted(SIGINT);
  }
  Ledger ledger = ledger_of(invocation, ledger_file);
  const Clock now = [] { return std::chrono::system_clock::now(); };
  std::size_t count = 0;
  report.sent =
      send_all(report.parcels, report.source, command, ledger, now, [&](const Delivery& d) {
        ++count;
        if (d.state != Delivery::State::sent) return;
        invocation.observer.note(
            fmt::format("{} has it ({} of {})", d.recipient, count, report.parcels.size()));
      });
}

}  // namespace

CommandResult run_announce(const Invocation& invocation) {
  const AnnounceOptions options =
      with_settings(invocation.options.announce, invocation.settings.announcement);
  const bool json = invocation.settings.format.value == Format::json;
  if (json && options.markdown) {
    throw Error(ErrorCode::usage, "stdout cannot carry both JSON and Markdown",
                "leave --markdown or --format json out");
  }
  if (options.send && options.markdown) {
    throw Error(ErrorCode::usage, "--markdown prints what --send would send",
                "leave one of them out");
  }
  const NoticePlan announcement = load_announcement(options.announcement, options.notice);
  const SendCommand command = send_command(options);
  const std::string& from = invocation.options.from;
  if (!from.empty()) require_path(from, "--from", "--from ");
  const AnnounceSource source = from.empty() ? from_catalogue(invocation) : from_file(from);
  AnnounceReport report;
  report.source = source.name;
  report.file = source.file.native();
  report.announcement = announcement.file;
  report.notice = announcement.notice;
  report.show_output = options.show_output;
  report.recipients = collect(announcement, *source.session, stop_if_interrupted);
  keep_only(report.recipients, options.recipients);
  for (const Recipient& recipient : report.recipients) {
    report.parcels.push_back({recipient.id, messages_for(recipient, announcement)});
  }
  report.next = "baseline announce" + typed_again(invocation) + " --send" +
                (invocation.settings.announcement.send ? "" : " -- CMD ARGS…");
  if (options.send) {
    send(invocation, command, options.sent.empty() ? source.ledger : fs::path(options.sent),
         report);
  }
  const int code = report.sent ? exit_code(*report.sent) : 0;
  if (json) return {json_report::of(report, code), code};
  if (options.markdown) {
    return {.output = human_report::markdown_of(report), .exit_code = code, .verbatim = true};
  }
  return {human_report::of(report, invocation.out), code};
}

}  // namespace baseline
