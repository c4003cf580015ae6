@NullMarked
package dev.hone.objective;

import org.jspecify.annotations.NullMarked;
