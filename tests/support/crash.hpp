#pragma once

#include <functional>

#include "os/file_system.hpp"

/// Runs `act` in a child process that ends before its change number `crash_at` of the disk, counted
/// from 1; never for 0. What follows a call that changed nothing (a sync) is not counted: before
/// that call the disk was the same. True when it ran to its end. An exception in it fails the test
/// that asks.
bool survives(int crash_at, const std::function<void(baseline::FileSystem& files)>& act);
