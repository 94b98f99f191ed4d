#include "checks/runner.hpp"
#include "checks/suite.hpp"
namespace baseline {
class Check {};
std::size_t SuiteReport::count(Status status) const { std::size_t n = 0; for (auto& r : results) if (r.status == status) ++n; return n; }
bool SuiteReport::failed() const { return count(Status::fail) + count(Status::error) > 0; }
std::string_view to_string(Phase p) { return p == Phase::before ? "before" : "after"; }
std::string_view to_string(Severity) { return "error"; }
std::string_view to_string(Status) { return "pass"; }
std::vector<SuiteSource> read_suites(const std::vector<std::filesystem::path>&) { return {}; }
std::vector<SuiteSource> builtin_suites() { return {}; }
Suites Suites::load(const std::vector<SuiteSource>&, Session&, const std::function<std::unique_ptr<Session>(const Migration&)>&) { return {}; }
Suites::Suites(Suites&&) noexcept = default;
Suites::~Suites() = default;
std::vector<std::string> Suites::ignored_objects() const { return {}; }
SuiteReport run_suites(const Suites&, Phase phase, Session&, Session&, const RunSelection&, const std::function<void(const CheckResult&)>&, const std::function<void()>&) { SuiteReport r; r.phase = phase; return r; }
std::string failure_block(const CheckResult& result, const std::string&) { return result.name + " " + result.got; }
}
