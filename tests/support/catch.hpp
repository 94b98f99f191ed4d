#pragma once

// Catch2 2.13 (Debian 12) and Catch2 3 (newer systems) keep their headers in different places, and
// give the substring matcher different names; tests use the newer one.
#ifdef BASELINE_CATCH2_V3
#include <catch2/catch_all.hpp>
#include <string>
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
#endif
