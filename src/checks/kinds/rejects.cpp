#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"
#include "checks/reference_forms.hpp"
#include "store/constraint_ref.hpp"
#include "store/schema.hpp"

namespace baseline {
namespace {

using RefKind = ConstraintRef::Kind;

bool well_formed(const ReferenceForm& form, std::string_view text) {
  static std::map<std::string_view, re2::RE2> compiled;  // most checks of a suite use the same few
  if (form.pattern.empty()) return true;
  return regex_found(compiled.try_emplace(form.pattern, std::string(form.pattern)).first->second,
                     text);
}

std::string reference_in_words(const ConstraintRef& by) {
  const auto* const form = std::ranges::find(kReferenceForms, by.kind, &ReferenceForm::kind);
  return form == std::end(kReferenceForms) ? by.text : fmt::format("{} {}", form->words, by.text);
}

// A name says little about what should reject; the baseline knows of which kind it is.
std::string described_reference(const ConstraintRef& by, const SuiteScope& scope) {
  if (by.kind != RefKind::name) return reference_in_words(by);
  const std::string start = fmt::format("CONSTRAINT {} ", by.text);
  for (const SchemaObject& object : scope.schema().objects) {
    for (const SchemaPart& part : object.parts) {
      if (!same_name(std::string_view(part.display).substr(0, start.size()), start)) continue;
      const std::string rest = part.display.substr(start.size());
      return fmt::format("{} {}", trimmed(rest.substr(0, rest.find('('))), by.text);
    }
  }
  return by.text;
}

class RejectsCheck final : public Check {
 public:
  RejectsCheck(CheckHead head, SqlText sql, ConstraintRef by, std::string expected)
      : Check(std::move(head)),
        sql_(std::move(sql)),
        by_(std::move(by)),
        expected_(std::move(expected)) {}

  Verdict run(const CheckContext& context, const Case& values) const override {
    const AttemptDeadline deadline(head().timeout);
    const Scratch::Use use(context.scratch, head().foreign_keys);
    if (auto verdict = run_fixtures(head(), use.session(), values, deadline)) return *verdict;
    const Rejection rejection =
        use.session().reject(sql_.text, values.bindings, by_, deadline.limits());
    Verdict verdict = judged(rejection);
    if (verdict.status == Status::pass) return verdict;
    const bool before_last = rejection.verdict == Rejection::Verdict::setup_rejected;
    const std::size_t number =
        before_last && rejection.failure ? rejection.failure->statement : sql_.statements.size();
    verdict.expected = expected_;
    verdict.sql = shown_sql(sql_.statement(number), values.bindings);
    return verdict;
  }

  std::optional<ConstraintTest> constraint_test() const override {
    return ConstraintTest{by_, sql_};
  }

 private:
  Verdict judged(const Rejection& rejection) const {
    Verdict verdict;
    verdict.status = Status::fail;
    verdict.note = rejection.note;
    switch (rejection.verdict) {
      case Rejection::Verdict::by_named:
        verdict.status = Status::pass;
        return verdict;
      case Rejection::Verdict::by_other:
        verdict.got =
            fmt::format("rejected by {}, not {}", rejection.rejected_by, reference_in_words(by_));
        return verdict;
      case Rejection::Verdict::accepted:
        verdict.got = accepted(rejection);
        if (rejection.rows_changed == 0) verdict.note.clear();  // it is in `got`
        return verdict;
      case Rejection::Verdict::unknown_constraint:
        verdict.got =
            fmt::format("no constraint '{}' in this database; has: {}", reference_in_words(by_),
                        rejection.available.empty() ? "none" : join(rejection.available, ", "));
        return verdict;
      case Rejection::Verdict::setup_rejected:
      case Rejection::Verdict::failed:
        break;
    }
    verdict.status = Status::error;
    verdict.got = "it could not be evaluated";
    if (rejection.failure) {
      verdict.got = fmt::format("statement {} could not run: {}", rejection.failure->statement,
                                baseline::in_words(*rejection.failure));
    }
    if (rejection.verdict == Rejection::Verdict::setup_rejected) {
      verdict.why = "all statements but the last must succeed";
    }
    return verdict;
  }

  static std::string accepted(const Rejection& rejection) {
    const auto rows = static_cast<std::uint64_t>(rejection.rows_changed);
    std::string out = fmt::format("accepted: {} changed", counted(rows, "row"));
    if (rows > 0) return out;
    return fmt::format(
        "{} ({})", out,
        rejection.note.empty() ? "the statement found no row to change" : rejection.note);
  }

  SqlText sql_;
  ConstraintRef by_;
  std::string expected_;
};

std::optional<ConstraintRef> read_form(const yaml::Node& node, const yaml::Reader& reader) {
  std::vector<std::string_view> keys;
  std::ranges::transform(kReferenceForms, std::back_inserter(keys), &ReferenceForm::key);
  reader.only_keys(node, keys, "'by'");
  if (node.entries.size() != 1) {
    reader.error(node.place, fmt::format("'by' names one constraint; got {}",
                                         counted(node.entries.size(), "key")));
    return std::nullopt;
  }
  const yaml::Entry& entry = node.entries.front();
  const auto* const form = std::ranges::find(kReferenceForms, entry.key.text, &ReferenceForm::key);
  if (form == std::end(kReferenceForms)) return std::nullopt;
  if (form->kind == RefKind::trigger && !read_regex(entry.value, form->key, reader)) {
    return std::nullopt;
  }
  const auto text = reader.text(entry.value, form->key);
  if (!text) return std::nullopt;
  if (!well_formed(*form, trimmed(*text))) {
    reader.error(entry.value.place, fmt::format("'{}' is written as {}; got '{}'", form->key,
                                                form->form, shortened(*text, 60)));
    return std::nullopt;
  }
  return ConstraintRef{form->kind, std::string(trimmed(*text))};
}

std::optional<ConstraintRef> read_by(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  const yaml::Node* const node = draft.node.find("by");
  if (node == nullptr) {
    reader.error(draft.value.place, "'by' is missing: name the constraint that must reject");
    return std::nullopt;
  }
  if (!node->is_map()) {
    const auto name = reader.text(*node, "by");
    if (!name) return std::nullopt;
    return ConstraintRef{RefKind::name, *name};
  }
  auto by = read_form(*node, reader);
  if (by && by->kind == RefKind::foreign_key && draft.foreign_keys == false) {
    reader.error(node->place,
                 "foreign_keys is off here, as you say the app has it, so no foreign key can "
                 "reject; set it on for this check or use 'column … references'");
    return std::nullopt;
  }
  return by;
}

}  // namespace

std::unique_ptr<Check> make_rejects(CheckDraft& draft) {
  const auto by = read_by(draft);
  auto sql = draft.compile(draft.value, "rejects");
  if (!by || !sql) return nullptr;
  if (!sql->statements.empty() && sql->statements.back().read_only) {
    draft.reader().error(draft.value.place_in_text(sql->statements.back().offset),
                         "the last statement only reads, so no constraint can reject it");
    return nullptr;
  }
  const std::string expected = "rejection by " + described_reference(*by, draft.scope);
  return std::make_unique<RejectsCheck>(draft.head, *std::move(sql), *by, expected);
}

}  // namespace baseline
