# Sourced by cases that need a web server: start_nginx runs nginx on a free port of loopback, until
# the case ends, with the types of files as its package installs them. It serves what FILE says, a
# server block in which PORT stands for the port. Sets $port; ends the case as skipped when no port
# can be had.
start_nginx() { # FILE
    local try types
    types=$(nginx -V 2>&1 | sed -n 's/.*--conf-path=\([^ ]*\)\/.*/\1\/mime.types/p')
    mkdir -p log
    {
        [ "$(id -u)" != 0 ] || echo "user $(id -un) $(id -gn);"
        cat <<END
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/log/error.log;
events {}
http {
    access_log off;
    log_format ranges '\$http_range \$body_bytes_sent';
    include $types;
    default_type application/octet-stream;
    client_body_temp_path $PWD/log/body; proxy_temp_path $PWD/log/proxy;
    fastcgi_temp_path $PWD/log/fastcgi; uwsgi_temp_path $PWD/log/uwsgi; scgi_temp_path $PWD/log/scgi;
    include $PWD/running.conf;
}
END
    } >nginx.conf
    for try in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 20000))
        sed "s/PORT/$port/" "$1" >running.conf
        nginx -p "$PWD" -e log/error.log -c "$PWD/nginx.conf" 2>log/start &
        server=$!
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            sleep 0.1
            kill -0 $server 2>/dev/null || break
            if (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; then
                trap 'kill $server; wait $server 2>/dev/null' EXIT
                return
            fi
        done
        kill $server 2>/dev/null
        wait $server 2>/dev/null
    done
    cat log/*
    echo "skipped: no port for a server, try $try"
    exit 77
}
