@NullMarked
package dev.hone.bench;

import org.jspecify.annotations.NullMarked;
