package dev.hone.text;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;

/** Parquet through DuckDB, offline: each row comes as JSON text, which is also the fastest way for nested columns. */
final class ParquetRows implements RowReader {
    private final Path file;
    private final Connection connection;
    private final ResultSet rows;
    private long number;

    ParquetRows(Path file) {
        this.file = file;
        try {
            Properties settings = new Properties();
            settings.setProperty("jdbc_stream_results", "true");
            settings.setProperty("autoinstall_known_extensions", "false");
            settings.setProperty("autoload_known_extensions", "false");
            settings.setProperty("memory_limit", "1GB");
            settings.setProperty("preserve_insertion_order", "true");
            this.connection = DriverManager.getConnection("jdbc:duckdb:", settings);
        } catch (SQLException e) {
            throw new DataException("the Parquet reader cannot start: " + e.getMessage(), e);
        }
        try {
            this.rows = query();
        } catch (SQLException e) {
            close();
            throw damaged(e);
        }
    }

    private ResultSet query() throws SQLException {
        PreparedStatement statement = connection
                .prepareStatement("SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet(?) t");
        statement.closeOnCompletion();
        statement.setString(1, literal(file.toAbsolutePath().toString()));
        return statement.executeQuery();
    }

    /** DuckDB takes the name for a glob: every character with a meaning there becomes a class of one. */
    private static String literal(String name) {
        return name.replaceAll("[*?\\[]", "[$0]");
    }

    @Override
    public Optional<Row> next() {
        try {
            if (!rows.next()) {
                return Optional.empty();
            }
            number++;
            return Optional.of(Row.of(JsonText.MAPPER.readTree(rows.getString(1)), Origin.row(file, number)));
        } catch (SQLException e) {
            throw damaged(e);
        }
    }

    private DataException damaged(SQLException e) {
        return new DataException(file + " cannot be read as Parquet after row " + number + " (" + e.getMessage()
                + "): the file is damaged or incomplete; copy it again", e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw damaged(e);
        }
    }
}
