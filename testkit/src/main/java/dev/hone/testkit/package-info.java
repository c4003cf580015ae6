@NullMarked
package dev.hone.testkit;

import org.jspecify.annotations.NullMarked;
