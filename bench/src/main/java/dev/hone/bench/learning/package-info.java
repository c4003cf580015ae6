@NullMarked
package dev.hone.bench.learning;

import org.jspecify.annotations.NullMarked;
