#include "checks/scratch.hpp"

#include <stdexcept>

#include "store/constraint_ref.hpp"
#include "store/file_settings.hpp"
#include "store/schema.hpp"
#include "store/table_model.hpp"
#include "support/catch.hpp"

namespace baseline::scratch_test {
namespace {

enum class Rollback { works, spoilt, throws };

/// A session that only counts its copies and answers rollback() as it is told.
class CountingSession final : public Session {
 public:
  explicit CountingSession(int& copies, const Rollback& answer)
      : copies_(copies), answer_(answer) {}

  CompileOutcome compile(std::string_view) override { return {}; }
  QueryOutcome query(std::string_view, const Bindings&, const RunLimits&) override { return {}; }
  ExecuteOutcome execute(std::string_view, const Bindings&, const RunLimits&) override {
    return {};
  }
  Rejection reject(std::string_view, const Bindings&, const ConstraintRef&,
                   const RunLimits&) override {
    return {};
  }
  std::optional<SqlFailure> scan(std::string_view, const Bindings&, const RunLimits&,
                                 const RowVisitor&) override {
    return {};
  }
  std::optional<TableInfo> table(std::string_view) override { return {}; }
  CostOutcome measure(std::string_view, const Bindings&, const RunLimits&, unsigned) override {
    return {};
  }
  std::vector<std::string> index_names() override { return {}; }
  void begin(bool) override {}
  bool rollback() override {
    if (answer_ == Rollback::throws) throw std::runtime_error("disk I/O error");
    return answer_ == Rollback::works;
  }
  std::unique_ptr<Session> scratch() override {
    ++copies_;
    return std::make_unique<CountingSession>(copies_, answer_);
  }
  void save(const std::filesystem::path&) override {}
  std::vector<ConstraintInfo> constraints() override { return {}; }
  std::vector<std::size_t> resolve(const ConstraintRef&) override { return {}; }
  Schema schema() override { return {}; }
  std::vector<TableModel> tables() override { return {}; }
  FileSettings file_settings() override { return {}; }
  std::optional<std::string> revision() override { return {}; }
  std::vector<TableRows> count_rows(std::chrono::milliseconds) override { return {}; }
  std::optional<std::string> integrity_problem(Depth) override { return {}; }

 private:
  int& copies_;
  const Rollback& answer_;
};

TEST_CASE("a scratch copy is made when it is needed and kept while it is clean",
          "[checks][scratch]") {
  int copies = 0;
  Rollback answer = Rollback::works;
  CountingSession subject(copies, answer);
  Scratch scratch(subject);
  CHECK(copies == 0);
  { const Scratch::Use use(scratch, false); }
  { const Scratch::Use use(scratch, false); }
  CHECK(copies == 1);
}

TEST_CASE("a scratch copy that could not be cleaned is never used again", "[checks][scratch]") {
  int copies = 0;
  Rollback answer = GENERATE(Rollback::spoilt, Rollback::throws);
  CountingSession subject(copies, answer);
  Scratch scratch(subject);
  { const Scratch::Use use(scratch, false); }
  answer = Rollback::works;
  { const Scratch::Use use(scratch, false); }
  { const Scratch::Use use(scratch, false); }
  CHECK(copies == 2);
}

}  // namespace
}  // namespace baseline::scratch_test
